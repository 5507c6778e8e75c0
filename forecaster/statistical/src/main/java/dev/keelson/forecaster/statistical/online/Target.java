package dev.keelson.forecaster.statistical.online;

/**
 * What is forecast: the mean of some future steps.
 *
 * @param from first step, 1 for the one after the newest
 * @param to last step
 */
public record Target(int from, int to) {
    public Target {
        if (from < 1 || to < from) {
            throw new IllegalArgumentException(
                    "The target (%d to %d) must begin after the newest step and not end before it begins."
                            .formatted(from, to));
        }
    }

    /** The step this far ahead. */
    public static Target step(int ahead) {
        return new Target(ahead, ahead);
    }
}
