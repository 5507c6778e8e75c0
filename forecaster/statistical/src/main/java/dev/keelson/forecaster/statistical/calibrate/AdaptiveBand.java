package dev.keelson.forecaster.statistical.calibrate;

/**
 * Widens or narrows a band so that it keeps its share of outcomes: conformalised quantile
 * regression (Romano et al. 2019) over the newest landed outcomes, with the share that it aims at
 * moved after each of them, a ← a + γ(share − [within]) (Gibbs and Candès 2021). Scores are in the
 * unit of the series: errors in logarithms of a quiet hour would blow up the band of a busy one.
 * Mutable, one writer.
 */
public final class AdaptiveBand {
    private static final double LEAST = .001;
    private static final double RUNAWAY = .05;

    private final double share;
    private final double rate;
    private final LandedWindow scores;
    private double aim;

    /**
     * Nothing has landed yet.
     *
     * @param share of outcomes that the band is to hold
     * @param rate γ, 0 for plain conformal
     * @param window how many landed outcomes count
     */
    public AdaptiveBand(double share, double rate, int window) {
        this.share = share;
        this.rate = rate;
        this.scores = new LandedWindow(window);
        this.aim = share;
    }

    /** What to add at each end of the next band; negative to narrow it. */
    public double margin() {
        return scores.quantile(Math.max(LEAST, Math.min(1 - LEAST, aim)));
    }

    /**
     * An outcome lands.
     *
     * @param low lower end before the margin
     * @param high upper end before the margin
     * @param within whether the band that was issued held it
     */
    public void land(double low, double high, double outcome, boolean within) {
        scores.add(Math.max(low - outcome, outcome - high));
        aim += rate * (share - (within ? 1 : 0));
        // The window cannot follow beyond its largest score, and the aim must be able to come back.
        aim = Math.max(-RUNAWAY, Math.min(1 + RUNAWAY, aim));
    }
}
