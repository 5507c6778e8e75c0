package dev.keelson.simulator.world;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Quantiles of values that are not negative, in bounded memory: exact up to a number of values,
 * beyond it from bins 1/1,024 of their lower edge wide, so within 0.05 % of the value. Mutable.
 */
final class Quantiles {
    private static final int MANTISSA_BITS = 10;
    private static final int SHIFT = 52 - MANTISSA_BITS;

    /** Values from 2^-20 (a microsecond) to 2^24 (half a year) have bins of their own. */
    private static final long LOWEST = Double.doubleToLongBits(0x1p-20) >>> SHIFT;

    private static final int BINS = 44 << MANTISSA_BITS;

    private final int exact;
    private double[] values = new double[256];
    private long @Nullable [] bins;
    private long used;

    /**
     * @param exact so many values are kept as they are
     */
    Quantiles(int exact) {
        this.exact = exact;
    }

    void add(double value) {
        if (bins == null && used == exact) {
            bins = new long[BINS];
            for (int i = 0; i < used; i++) {
                bins[bin(values[i])]++;
            }
            values = new double[0];
        }
        if (bins != null) {
            bins[bin(value)]++;
        } else {
            if (used == values.length) {
                values = Arrays.copyOf(values, (int) Math.min(exact, used * 2));
            }
            values[(int) used] = value;
        }
        used++;
    }

    /** The double's exponent and the first bits of its fraction: bins grow with the value. */
    private static int bin(double value) {
        long bin = (Double.doubleToLongBits(value) >>> SHIFT) - LOWEST;
        return (int) Math.max(0, Math.min(BINS - 1, bin));
    }

    /** Nearest rank; NaN of nothing. */
    double at(double level) {
        if (used == 0) {
            return Double.NaN;
        }
        long rank = Math.max(0, (long) Math.ceil(level * used) - 1);
        if (bins == null) {
            var sorted = Arrays.copyOf(values, (int) used);
            Arrays.sort(sorted);
            return sorted[(int) rank];
        }
        int bin = 0;
        for (long below = bins[0]; below <= rank; below += bins[bin]) {
            bin++;
        }
        double low = Double.longBitsToDouble((LOWEST + bin) << SHIFT);
        double high = Double.longBitsToDouble((LOWEST + bin + 1) << SHIFT);
        return (low + high) / 2;
    }
}
