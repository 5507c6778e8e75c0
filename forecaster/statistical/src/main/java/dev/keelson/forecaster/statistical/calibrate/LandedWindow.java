package dev.keelson.forecaster.statistical.calibrate;

import java.util.Arrays;

/** The last numbers that landed, kept in order of size. Mutable, one writer. */
public final class LandedWindow {
    private final double[] arrived;
    private final double[] sorted;
    private int size;
    private int next;

    /** An empty window of a capacity. */
    public LandedWindow(int capacity) {
        arrived = new double[capacity];
        sorted = new double[capacity];
    }

    /** Takes a number; the oldest leaves when the window is full. */
    public void add(double value) {
        if (size == arrived.length) {
            int old = Arrays.binarySearch(sorted, 0, size, arrived[next]);
            System.arraycopy(sorted, old + 1, sorted, old, size - old - 1);
            size--;
        }
        int place = Arrays.binarySearch(sorted, 0, size, value);
        int at = place >= 0 ? place : ~place;
        System.arraycopy(sorted, at, sorted, at + 1, size - at);
        sorted[at] = value;
        size++;
        arrived[next] = value;
        next = (next + 1) % arrived.length;
    }

    /** How many numbers are there. */
    public int size() {
        return size;
    }

    /**
     * The conformal quantile, the (n+1)·level-th smallest number with what lies between two of them
     * interpolated, so that both tails keep their share in small samples; 0 without numbers.
     */
    public double quantile(double level) {
        return quantile(sorted, size, level);
    }

    /** The same of the first numbers of a sorted array. */
    public static double quantile(double[] sorted, int size, double level) {
        if (size == 0) {
            return 0;
        }
        double rank = (size + 1) * level - 1;
        double at = Math.max(0, Math.min(size - 1, rank));
        int left = (int) at;
        int right = Math.min(size - 1, left + 1);
        return sorted[left] + (at - left) * (sorted[right] - sorted[left]);
    }
}
