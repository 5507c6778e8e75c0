package dev.keelson.runtime.engine;

/**
 * How long a request waits for its first token, by what the last ones saw: a mean time per place in
 * the queue, newer ones weighing more.
 */
final class WaitEstimate {
    private static final double WEIGHT = 0.2;

    private double nanosPerPlace;

    /** A request that came behind {@code place} others got its first token after so long. */
    void firstToken(int place, long nanos) {
        double seen = (double) nanos / (place + 1);
        nanosPerPlace += (nanosPerPlace == 0 ? 1 : WEIGHT) * (seen - nanosPerPlace);
    }

    /** Expected time to the first token behind {@code place} others; 0 while nothing is known. */
    long nanos(int place) {
        return (long) (nanosPerPlace * (place + 1));
    }
}
