package dev.keelson.simulator.route;

/**
 * The fleet that a trace is routed over.
 *
 * @param workers how many, all alike
 * @param blocks prefix blocks that one worker's cache holds
 * @param blockTokens tokens of one block
 * @param prefillTokensPerSecond of one worker
 */
public record RouteSetup(int workers, int blocks, int blockTokens, double prefillTokensPerSecond) {
    private static final int MOST = 100_000_000;

    public RouteSetup {
        atLeastOne("workers", workers, 10_000);
        atLeastOne("blocks", blocks, MOST);
        atLeastOne("blockTokens", blockTokens, MOST);
        if (!(prefillTokensPerSecond > 0 && Double.isFinite(prefillTokensPerSecond))) {
            throw new IllegalArgumentException(
                    "The prefillTokensPerSecond (%s) must be a positive number."
                            .formatted(prefillTokensPerSecond));
        }
    }

    private static void atLeastOne(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    "The %s (%d) must be from 1 to %d.".formatted(name, value, most));
        }
    }
}
