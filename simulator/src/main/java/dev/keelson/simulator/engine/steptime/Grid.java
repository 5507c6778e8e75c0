package dev.keelson.simulator.engine.steptime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/** A table over two axes: rows of curves, linear between the rows and beyond the last one. */
public final class Grid {
    private final double[] keys;
    private final List<Curve> rows;

    private Grid(double[] keys, List<Curve> rows) {
        this.keys = keys;
        this.rows = rows;
    }

    /**
     * @param points row, then column, then value; at least one row
     */
    public static Grid of(SortedMap<Integer, ? extends SortedMap<Integer, Double>> points) {
        if (points.isEmpty()) {
            throw new IllegalArgumentException("A grid needs at least one row.");
        }
        double[] keys = new double[points.size()];
        var rows = new ArrayList<Curve>();
        int i = 0;
        for (var row : points.entrySet()) {
            keys[i++] = row.getKey();
            rows.add(Curve.through(row.getValue()));
        }
        return new Grid(keys, List.copyOf(rows));
    }

    /** The value at this row and column. */
    public double at(double row, double column) {
        if (keys.length == 1 || row <= keys[0]) {
            return rows.getFirst().at(column);
        }
        int found = Arrays.binarySearch(keys, row);
        if (found >= 0) {
            return rows.get(found).at(column);
        }
        int above = Math.min(-found - 1, keys.length - 1);
        double low = rows.get(above - 1).at(column);
        double high = rows.get(above).at(column);
        double share = (row - keys[above - 1]) / (keys[above] - keys[above - 1]);
        return Math.max(0, low + (high - low) * share);
    }

    /**
     * Whether the measured range starts at or below this row and column, so that nothing is guessed
     * downwards.
     */
    boolean coversFromBelow(double row, double column) {
        return keys[0] <= row && rows.getFirst().first() <= column;
    }

    /** Whether the measured range reaches this row. */
    boolean reachesRow(double row) {
        return keys[keys.length - 1] >= row;
    }
}
