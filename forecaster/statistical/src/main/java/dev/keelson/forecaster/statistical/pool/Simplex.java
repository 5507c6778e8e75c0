package dev.keelson.forecaster.statistical.pool;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;

/** The downhill simplex of Nelder and Mead (1965) inside a box; deterministic. */
final class Simplex {
    private Simplex() {}

    /**
     * A low point of a function.
     *
     * @param evaluations most calls of the function
     */
    static double[] minimise(
            ToDoubleFunction<double[]> function,
            double[] start,
            double[] low,
            double[] high,
            int evaluations) {
        int size = start.length;
        Point[] points = new Point[size + 1];
        for (int i = 0; i <= size; i++) {
            double[] at = start.clone();
            if (i > 0) {
                double span = (high[i - 1] - low[i - 1]) * .25;
                at[i - 1] += at[i - 1] + span <= high[i - 1] ? span : -span;
            }
            points[i] = new Point(at, function.applyAsDouble(at));
        }
        int calls = size + 1;
        while (calls < evaluations) {
            Arrays.sort(points, Comparator.comparingDouble(Point::value));
            Point worst = points[size];
            if (worst.value - points[0].value <= 1e-8 * Math.abs(points[0].value) + 1e-300) {
                break;
            }
            double[] centre = new double[size];
            for (int i = 0; i < size; i++) {
                for (int k = 0; k < size; k++) {
                    centre[k] += points[i].at[k] / size;
                }
            }
            Point reflected = towards(function, centre, worst.at, -1, low, high);
            calls++;
            if (reflected.value < points[0].value) {
                Point expanded = towards(function, centre, worst.at, -2, low, high);
                calls++;
                points[size] = expanded.value < reflected.value ? expanded : reflected;
            } else if (reflected.value < points[size - 1].value) {
                points[size] = reflected;
            } else {
                Point contracted = towards(function, centre, worst.at, .5, low, high);
                calls++;
                if (contracted.value < worst.value) {
                    points[size] = contracted;
                } else {
                    for (int i = 1; i <= size; i++) {
                        points[i] = towards(function, points[0].at, points[i].at, .5, low, high);
                        calls++;
                    }
                }
            }
        }
        Arrays.sort(points, Comparator.comparingDouble(Point::value));
        return points[0].at;
    }

    private static Point towards(
            ToDoubleFunction<double[]> function,
            double[] from,
            double[] to,
            double share,
            double[] low,
            double[] high) {
        double[] at = new double[from.length];
        for (int k = 0; k < at.length; k++) {
            double value = from[k] + share * (to[k] - from[k]);
            at[k] = Math.max(low[k], Math.min(high[k], value));
        }
        return new Point(at, function.applyAsDouble(at));
    }

    /** A point and what the function says there. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Point(double[] at, double value) {}
}
