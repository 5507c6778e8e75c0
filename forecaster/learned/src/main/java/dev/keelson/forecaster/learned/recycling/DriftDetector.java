package dev.keelson.forecaster.learned.recycling;

/**
 * Tells when a model has become worse than it used to be: Page's test for a rising mean (Page 1954,
 * Hinkley 1971) on losses in units of their own mean. Not thread-safe.
 *
 * <p>{@code S(n) = sum of (x(i) / mean - 1 - slack)}; drift when {@code S(n) - min S > limit}.
 */
public final class DriftDetector {
    private final double slack;
    private final double limit;
    private final int warmUp;
    private double mean;
    private long count;
    private double sum;
    private double least;

    /**
     * @param slack relative rise of the loss that is tolerated for ever
     * @param limit sum of relative rises that is drift
     * @param warmUp losses that only set the mean
     */
    public DriftDetector(double slack, double limit, int warmUp) {
        if (!(slack >= 0 && limit > 0 && warmUp >= 1)) {
            throw new IllegalArgumentException(
                    "Slack (%s), limit (%s) or warm-up (%d) cannot be."
                            .formatted(slack, limit, warmUp));
        }
        this.slack = slack;
        this.limit = limit;
        this.warmUp = warmUp;
    }

    /** A tenth more is tolerated; half a season of doubled losses is drift. */
    public static DriftDetector standard(int season) {
        return new DriftDetector(.1, Math.max(4, .45 * season), Math.max(8, season / 2));
    }

    /**
     * A loss has landed.
     *
     * @return true when there is drift; the detector then begins afresh
     */
    public boolean isDriftAfter(double loss) {
        count++;
        mean += (loss - mean) / count;
        if (count <= warmUp || mean <= 0) {
            return false;
        }
        sum += loss / mean - 1 - slack;
        least = Math.min(least, sum);
        if (sum - least <= limit) {
            return false;
        }
        restart();
        return true;
    }

    /** Forgets everything: the model is another one now. */
    public void restart() {
        mean = 0;
        count = 0;
        sum = 0;
        least = 0;
    }
}
