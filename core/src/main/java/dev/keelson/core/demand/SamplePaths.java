package dev.keelson.core.demand;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Equally likely courses of one series over the coming steps. Quantiles are derived from them, of
 * one step or of a window: the quantile of a maximum is not the maximum of quantiles.
 *
 * @param paths {@code paths.get(k).get(h)} is the value of course k in step h, from 0; all of the
 *     same length
 */
public record SamplePaths(List<List<Double>> paths) {
    public SamplePaths {
        paths = paths.stream().map(List::copyOf).toList();
        if (paths.isEmpty() || paths.getFirst().isEmpty()) {
            throw new IllegalArgumentException("Sample paths need at least one path of one step.");
        }
        int steps = paths.getFirst().size();
        for (var path : paths) {
            if (path.size() != steps) {
                throw new IllegalArgumentException(
                        "All sample paths must have %d steps; one has %d."
                                .formatted(steps, path.size()));
            }
            for (double value : path) {
                if (!Double.isFinite(value)) {
                    throw new IllegalArgumentException(
                            "A sample path's value (%s) must be finite.".formatted(value));
                }
            }
        }
    }

    /**
     * @param values [path][step]
     */
    public static SamplePaths of(double[][] values) {
        return new SamplePaths(
                Arrays.stream(values).map(path -> Arrays.stream(path).boxed().toList()).toList());
    }

    /** Number of courses. */
    public int count() {
        return paths.size();
    }

    /** Length of each course. */
    public int steps() {
        return paths.getFirst().size();
    }

    public double at(int path, int step) {
        return paths.get(path).get(step);
    }

    public double mean(int step) {
        double sum = 0;
        for (var path : paths) {
            sum += path.get(step);
        }
        return sum / count();
    }

    /** Quantile of one step; levels never cross, since they come from one sorted sample. */
    public double quantile(double level, int step) {
        return quantile(level, path -> path.get(step));
    }

    /**
     * Quantile of the largest value of a window.
     *
     * @param to exclusive
     */
    public double quantileOfMax(double level, int from, int to) {
        return quantile(
                level,
                path -> {
                    double most = path.get(from);
                    for (int h = from + 1; h < to; h++) {
                        most = Math.max(most, path.get(h));
                    }
                    return most;
                });
    }

    /**
     * Quantile of the sum over a window.
     *
     * @param to exclusive
     */
    public double quantileOfSum(double level, int from, int to) {
        return quantile(
                level,
                path -> {
                    double sum = 0;
                    for (int h = from; h < to; h++) {
                        sum += path.get(h);
                    }
                    return sum;
                });
    }

    /** Linear between order statistics at (n - 1) x level (Hyndman and Fan's type 7). */
    private double quantile(double level, ToDoubleFunction<List<Double>> of) {
        if (!(level >= 0 && level <= 1)) {
            throw new IllegalArgumentException(
                    "The level (%s) must be in [0, 1].".formatted(level));
        }
        var values = paths.stream().mapToDouble(of).sorted().toArray();
        double at = (values.length - 1) * level;
        int below = (int) at;
        int above = Math.min(values.length - 1, below + 1);
        return values[below] + (at - below) * (values[above] - values[below]);
    }
}
