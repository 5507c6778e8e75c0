package dev.keelson.forecaster.statistical.paths;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What came in the steps after earlier forecasts, as residuals in units of the root of what was
 * expected (the spread of a sum of independent requests): added to a new forecast, each makes one
 * sample path. Residuals of all series of one origin stay together. Mutable.
 */
public final class ResidualPaths {
    private final int steps;
    private final int kept;
    private final ArrayDeque<Origin> open = new ArrayDeque<>();
    private final ArrayDeque<List<double[]>> landed = new ArrayDeque<>();

    /** Expected courses that are landing: [series][step], and their residuals so far. */
    private static final class Origin {
        private final double[][] expected;
        private final double[] scale;
        private final List<double[]> residuals = new ArrayList<>();
        private int landed;

        private Origin(double[][] expected, double[] scale) {
            this.expected = expected;
            this.scale = scale;
            for (int i = 0; i < expected.length; i++) {
                residuals.add(new double[expected[i].length]);
            }
        }
    }

    /**
     * @param steps of each path
     * @param kept newest landed origins, each one path
     */
    public ResidualPaths(int steps, int kept) {
        this.steps = steps;
        this.kept = kept;
    }

    /**
     * A step's values land in every open forecast; NaN stands for one that was not seen: there a
     * path goes on as far from what was expected as the last time that was seen, since no deviation
     * would make bands too narrow. A forecast of which nothing was seen makes no path.
     */
    public void land(double[] values) {
        for (var origin : open) {
            int h = origin.landed++;
            for (int i = 0; i < values.length; i++) {
                double expected = origin.expected[i][h];
                origin.residuals.get(i)[h] =
                        (values[i] - expected) / root(expected, origin.scale[i]);
            }
        }
        while (!open.isEmpty() && open.getFirst().landed >= steps) {
            var residuals = open.removeFirst().residuals;
            if (residuals.stream().allMatch(ResidualPaths::fill)) {
                landed.addLast(residuals);
            }
            if (landed.size() > kept) {
                landed.removeFirst();
            }
        }
    }

    /**
     * Puts the last residual, at the beginning the first one, where there is none; false if all are
     * NaN.
     */
    private static boolean fill(double[] residuals) {
        double last =
                Arrays.stream(residuals)
                        .filter(r -> !Double.isNaN(r))
                        .findFirst()
                        .orElse(Double.NaN);
        for (int h = 0; h < residuals.length; h++) {
            last = Double.isNaN(residuals[h]) ? last : residuals[h];
            residuals[h] = last;
        }
        return !Double.isNaN(last);
    }

    /**
     * A forecast was made.
     *
     * @param expected [series][step]
     * @param scale of each series: what one request adds, so that the root is taken in requests
     */
    public void open(double[][] expected, double[] scale) {
        open.addLast(new Origin(expected, scale));
    }

    /** Paths that there are by now. */
    public int count() {
        return landed.size();
    }

    /** [path][step] of one series around an expected course; never negative. */
    public double[][] around(int series, double[] expected, double scale) {
        var paths = new double[landed.size()][steps];
        int k = 0;
        for (var residuals : landed) {
            for (int h = 0; h < steps; h++) {
                double value = expected[h] + residuals.get(series)[h] * root(expected[h], scale);
                paths[k][h] = Math.max(0, value);
            }
            k++;
        }
        return paths;
    }

    /**
     * Root of the expected amount, in the amount's unit, of requests that add {@code scale} each.
     */
    private static double root(double expected, double scale) {
        return Math.sqrt(Math.max(expected, scale) * scale);
    }
}
