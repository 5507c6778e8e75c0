package dev.keelson.simulator.engine.steptime;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/**
 * A piecewise linear function through measured points, continued with the slope of its last piece,
 * never below 0.
 *
 * <p>Linear and not logarithmic between the points: a kernel's time grows in proportion to its
 * work, however the points are spaced.
 */
public final class Curve {
    private final double[] keys;
    private final double[] values;

    private Curve(double[] keys, double[] values) {
        this.keys = keys;
        this.values = values;
    }

    /**
     * @param points at least one point
     */
    public static Curve through(SortedMap<Integer, Double> points) {
        if (points.isEmpty()) {
            throw new IllegalArgumentException("A curve needs at least one point.");
        }
        double[] keys = new double[points.size()];
        double[] values = new double[points.size()];
        int i = 0;
        for (var point : points.entrySet()) {
            keys[i] = point.getKey();
            values[i++] = point.getValue();
        }
        return new Curve(keys, values);
    }

    /** The value at this place. */
    public double at(double x) {
        int last = keys.length - 1;
        if (last == 0) {
            return values[0];
        }
        if (x <= keys[0]) {
            return values[0];
        }
        int found = Arrays.binarySearch(keys, x);
        if (found >= 0) {
            return values[found];
        }
        int above = Math.min(-found - 1, last);
        int below = above - 1;
        double slope = (values[above] - values[below]) / (keys[above] - keys[below]);
        return Math.max(0, values[below] + slope * (x - keys[below]));
    }

    /** The measured places, ascending. */
    List<Integer> places() {
        return Arrays.stream(keys).mapToObj(key -> (int) key).toList();
    }

    /** The smallest measured place. */
    public double first() {
        return keys[0];
    }

    /** The largest measured place. */
    public double last() {
        return keys[keys.length - 1];
    }
}
