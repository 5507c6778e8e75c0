package dev.keelson.runtime.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Sums and products over ranges of arrays, as many numbers at a time as the processor takes. */
final class Lanes {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int COUNT = SPECIES.length();

    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -0.00021219444f;
    private static final float ROUND = 12_582_912f; // 1.5 * 2^23: adding it rounds to an integer
    private static final int EXPONENT = 23;

    private Lanes() {}

    /** The next multiple of the lanes. */
    static int padded(int n) {
        return (n + COUNT - 1) / COUNT * COUNT;
    }

    /**
     * e to the x within 2 units in the last place; -87 and less count as -87, 88 and more as 88
     * (Cody and Waite's reduction, the polynomial of Cephes' expf).
     */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(-87f).min(88f);
        FloatVector shifted = bounded.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.mul(-LN2_HIGH).add(bounded);
        r = n.mul(-LN2_LOW).add(r);
        FloatVector p = r.mul(0.00019875691f).add(0.0013981999f);
        p = p.mul(r).add(0.008333452f);
        p = p.mul(r).add(0.041665796f);
        p = p.mul(r).add(0.16666666f);
        p = p.mul(r).add(0.5f);
        p = p.mul(r).mul(r).add(r).add(1f);
        // The integer stands in the low bits of the shifted number, and the constant's own bits
        // leave at the top.
        return shifted.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, EXPONENT)
                .add(127 << EXPONENT)
                .reinterpretAsFloats()
                .mul(p);
    }

    /** Sum of products. */
    static float dot(float[] a, int atA, float[] b, int atB, int width) {
        FloatVector sum = FloatVector.zero(SPECIES);
        int whole = SPECIES.loopBound(width);
        int i = 0;
        for (; i < whole; i += COUNT) {
            sum =
                    FloatVector.fromArray(SPECIES, a, atA + i)
                            .fma(FloatVector.fromArray(SPECIES, b, atB + i), sum);
        }
        float total = sum.reduceLanes(VectorOperators.ADD);
        for (; i < width; i++) {
            total = Math.fma(a[atA + i], b[atB + i], total);
        }
        return total;
    }

    /** Adds {@code factor} times {@code what}. */
    static void add(float[] to, int at, float factor, float[] what, int from, int width) {
        FloatVector f = FloatVector.broadcast(SPECIES, factor);
        int whole = SPECIES.loopBound(width);
        int i = 0;
        for (; i < whole; i += COUNT) {
            FloatVector.fromArray(SPECIES, what, from + i)
                    .fma(f, FloatVector.fromArray(SPECIES, to, at + i))
                    .intoArray(to, at + i);
        }
        for (; i < width; i++) {
            to[at + i] = Math.fma(what[from + i], factor, to[at + i]);
        }
    }

    /**
     * Turns scores into shares that add up to one.
     *
     * @param x scores; has room to the next multiple of the lanes
     */
    static void softmax(float[] x, int count) {
        int padded = padded(count);
        java.util.Arrays.fill(x, count, padded, Float.NEGATIVE_INFINITY);
        FloatVector most = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < padded; i += COUNT) {
            most = most.max(FloatVector.fromArray(SPECIES, x, i));
        }
        float top = most.reduceLanes(VectorOperators.MAX);
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < padded; i += COUNT) {
            FloatVector e = exp(FloatVector.fromArray(SPECIES, x, i).sub(top));
            e.intoArray(x, i);
            sum = sum.add(e);
        }
        float scale = 1 / sum.reduceLanes(VectorOperators.ADD);
        for (int i = 0; i < padded; i += COUNT) {
            FloatVector.fromArray(SPECIES, x, i).mul(scale).intoArray(x, i);
        }
    }

    /** Root-mean-square norm (Zhang and Sennrich 2019) of a range, into another. */
    static void normalise(
            float[] x,
            int from,
            int width,
            float[] gain,
            int firstGain,
            double epsilon,
            float[] y,
            int to) {
        float squares = dot(x, from, x, from, width);
        float scale = (float) (1 / Math.sqrt(squares / width + epsilon));
        for (int i = 0; i < width; i++) {
            y[to + i] = x[from + i] * scale * gain[firstGain + i];
        }
    }

    /**
     * The gated unit: {@code silu(gate) * up}, for one vector of each.
     *
     * @param x gates at {@code from}, ups right behind them
     */
    static void gate(float[] x, int from, float[] y, int to) {
        FloatVector gate = FloatVector.fromArray(SPECIES, x, from);
        FloatVector up = FloatVector.fromArray(SPECIES, x, from + COUNT);
        gate.div(exp(gate.neg()).add(1f)).mul(up).intoArray(y, to);
    }
}
