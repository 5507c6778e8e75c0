package dev.keelson.forecaster.statistical.calibrate;

import java.util.Arrays;

/**
 * Spreads sample paths about their median, or draws them in, so that four fifths of the outcomes
 * come within their 80 % band at every distance. The ends of the band move by the margin of an
 * {@link AdaptiveBand}, in the unit of the series; what lies between the median and an end moves in
 * proportion, what lies beyond it by as much. Between the leads that are judged the margin is
 * interpolated. All steps of a path move the same way, so that they keep how they hang together.
 * Mutable, one writer.
 */
public final class PathSpread {
    private static final double SHARE = .8;
    private static final double RATE = .01;
    private static final int WINDOW = 500;
    private static final int LEAST_LANDED = 30;

    /** So much of a half-width stays. */
    private static final double LEAST = .5;

    private final int[] leads;
    private final AdaptiveBand[] bands;
    private final int[] landed;

    /**
     * @param leads steps from 0 at which outcomes are judged, ascending; at least one
     */
    public PathSpread(int[] leads) {
        this.leads = leads.clone();
        bands = new AdaptiveBand[leads.length];
        Arrays.setAll(bands, i -> new AdaptiveBand(SHARE, RATE, WINDOW));
        landed = new int[leads.length];
    }

    /**
     * The paths that are to be told.
     *
     * @param paths [path][step], not negative
     */
    public double[][] spread(double[][] paths) {
        var result = new double[paths.length][paths[0].length];
        var column = new double[paths.length];
        for (int h = 0; h < paths[0].length; h++) {
            for (int k = 0; k < paths.length; k++) {
                column[k] = paths[k][h];
            }
            Arrays.sort(column);
            double median = SampleQuantile.of(column, .5);
            double below = median - SampleQuantile.of(column, .1);
            double above = SampleQuantile.of(column, .9) - median;
            double margin = marginAt(h);
            for (int k = 0; k < paths.length; k++) {
                double away = paths[k][h] - median;
                double moved = away > 0 ? moved(away, above, margin) : -moved(-away, below, margin);
                result[k][h] = Math.max(0, median + moved);
            }
        }
        return result;
    }

    private static double moved(double away, double width, double margin) {
        if (away == 0) {
            // Paths that all say the same have no ends to move.
            return 0;
        }
        double end = Math.max(LEAST * width, width + margin);
        return away < width ? away * end / width : away + end - width;
    }

    /**
     * An outcome lands.
     *
     * @param lead place among the leads
     * @param sorted the values of that step before they were spread, ascending
     * @param told the same after, ascending
     */
    public void land(int lead, double[] sorted, double[] told, double outcome) {
        boolean within =
                SampleQuantile.of(told, .1) <= outcome && outcome <= SampleQuantile.of(told, .9);
        bands[lead].land(
                SampleQuantile.of(sorted, .1), SampleQuantile.of(sorted, .9), outcome, within);
        landed[lead]++;
    }

    private double marginAt(int step) {
        int after = 0;
        while (after < leads.length - 1 && leads[after] < step) {
            after++;
        }
        int before = Math.max(0, after - 1);
        if (leads[after] <= step || before == after) {
            return margin(after);
        }
        double share = (double) (step - leads[before]) / (leads[after] - leads[before]);
        return margin(before) + share * (margin(after) - margin(before));
    }

    private double margin(int lead) {
        return landed[lead] < LEAST_LANDED ? 0 : bands[lead].margin();
    }
}
