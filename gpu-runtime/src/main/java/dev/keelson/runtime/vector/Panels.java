package dev.keelson.runtime.vector;

import static dev.keelson.runtime.vector.Lanes.COUNT;
import static dev.keelson.runtime.vector.Lanes.SPECIES;

import dev.keelson.runtime.weights.Tensor;
import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.FloatVector;

/**
 * A weight matrix in panels of two vectors of rows, a panel's columns one after another: a product
 * reads memory in the order in which it lies, and keeps its sums in registers. Each number of a
 * product is one chain of fused multiplications and additions from the first column to the last,
 * whatever is multiplied beside it, so a token's numbers do not depend on its batch.
 */
final class Panels {
    /** Rows of one panel. */
    static final int WIDTH = 2 * COUNT;

    /** Panels that one token reads side by side: one stream alone waits for memory. */
    static final int GROUP = 3;

    /** Tokens that are multiplied at once, at most. */
    static final int TILE = 8;

    private static final int HALF_TILE = 4;

    /**
     * Eight tokens keep 19 vectors, four 11. A processor with AVX2 and not AVX-512 has registers
     * for 16, and takes two to three times as long for eight at once as for twice four.
     */
    private static final boolean EIGHT_FIT = COUNT != 8;

    private final int columns;
    private final int panels;
    private final float[] values;

    private Panels(int rows, int columns, IntUnaryOperator source, float[] byRow) {
        this.columns = columns;
        panels = (rows + WIDTH - 1) / WIDTH;
        values = new float[Math.multiplyExact(panels * WIDTH, columns)];
        for (int r = 0; r < rows; r++) {
            int from = source.applyAsInt(r);
            if (from >= 0) {
                int to = r / WIDTH * WIDTH * columns + r % WIDTH;
                for (int c = 0; c < columns; c++) {
                    values[to + c * WIDTH] = byRow[from * columns + c];
                }
            }
        }
    }

    /**
     * @param t (rows, columns)
     */
    static Panels of(Tensor t) {
        return new Panels((int) t.shape()[0], (int) t.shape()[1], row -> row, t.values());
    }

    /**
     * Gates and ups in turn, a vector of each, so that one panel has both of what {@link
     * Lanes#gate} joins.
     *
     * @param t gates, then as many ups
     */
    static Panels ofGated(Tensor t) {
        int half = (int) t.shape()[0] / 2;
        return new Panels(
                2 * Lanes.padded(half),
                (int) t.shape()[1],
                row -> {
                    int unit = row / WIDTH * COUNT + row % COUNT;
                    return unit >= half ? -1 : row % WIDTH < COUNT ? unit : half + unit;
                },
                t.values());
    }

    int count() {
        return panels;
    }

    /** Numbers of a product, those of the last panel's empty rows too. */
    int rows() {
        return panels * WIDTH;
    }

    /** Writes one row. */
    void row(int row, float[] to, int at) {
        int from = row / WIDTH * WIDTH * columns + row % WIDTH;
        for (int c = 0; c < columns; c++) {
            to[at + c] = values[from + c * WIDTH];
        }
    }

    // The loops below stand apart and store without a call: vectors that live across a call that is
    // not inlined are put on the heap.

    /**
     * Multiplies panels {@code from} to {@code to} with each token.
     *
     * @param tokens how many; the arrays have room for the next multiple of {@link #TILE}
     * @param strideX from one token to the next in {@code x}
     * @param y one token's product after another, {@code strideY} apart
     */
    void multiply(int from, int to, int tokens, float[] x, int strideX, float[] y, int strideY) {
        int panel = from;
        if (tokens == 1) {
            for (; panel + GROUP <= to; panel += GROUP) {
                three(panel, x, y);
            }
        }
        for (; panel < to; panel++) {
            int at = panel * WIDTH;
            int t = 0;
            for (; EIGHT_FIT && t + HALF_TILE < tokens; t += TILE) {
                eight(panel, x, t * strideX, strideX, y, t * strideY + at, strideY);
            }
            for (; tokens - t > 1; t += HALF_TILE) {
                four(panel, x, t * strideX, strideX, y, t * strideY + at, strideY);
            }
            if (tokens - t == 1) {
                one(panel, x, t * strideX, y, t * strideY + at);
            }
        }
    }

    private void three(int panel, float[] x, float[] y) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        float[] w = values;
        int size = WIDTH * columns;
        int at = panel * size;
        for (int k = 0; k < columns; k++, at += WIDTH) {
            FloatVector v = FloatVector.broadcast(SPECIES, x[k]);
            a0 = FloatVector.fromArray(SPECIES, w, at).fma(v, a0);
            a1 = FloatVector.fromArray(SPECIES, w, at + COUNT).fma(v, a1);
            b0 = FloatVector.fromArray(SPECIES, w, at + size).fma(v, b0);
            b1 = FloatVector.fromArray(SPECIES, w, at + size + COUNT).fma(v, b1);
            c0 = FloatVector.fromArray(SPECIES, w, at + 2 * size).fma(v, c0);
            c1 = FloatVector.fromArray(SPECIES, w, at + 2 * size + COUNT).fma(v, c1);
        }
        int to = panel * WIDTH;
        a0.intoArray(y, to);
        a1.intoArray(y, to + COUNT);
        b0.intoArray(y, to + WIDTH);
        b1.intoArray(y, to + WIDTH + COUNT);
        c0.intoArray(y, to + 2 * WIDTH);
        c1.intoArray(y, to + 2 * WIDTH + COUNT);
    }

    private void one(int panel, float[] x, int from, float[] y, int to) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = a0;
        float[] w = values;
        int at = panel * WIDTH * columns;
        for (int k = 0; k < columns; k++, at += WIDTH) {
            FloatVector v = FloatVector.broadcast(SPECIES, x[from + k]);
            a0 = FloatVector.fromArray(SPECIES, w, at).fma(v, a0);
            a1 = FloatVector.fromArray(SPECIES, w, at + COUNT).fma(v, a1);
        }
        a0.intoArray(y, to);
        a1.intoArray(y, to + COUNT);
    }

    private void four(int panel, float[] x, int from, int stride, float[] y, int to, int strideY) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        float[] w = values;
        int at = panel * WIDTH * columns;
        for (int k = from; k < from + columns; k++, at += WIDTH) {
            FloatVector w0 = FloatVector.fromArray(SPECIES, w, at);
            FloatVector w1 = FloatVector.fromArray(SPECIES, w, at + COUNT);
            FloatVector v = FloatVector.broadcast(SPECIES, x[k]);
            a0 = w0.fma(v, a0);
            a1 = w1.fma(v, a1);
            v = FloatVector.broadcast(SPECIES, x[k + stride]);
            b0 = w0.fma(v, b0);
            b1 = w1.fma(v, b1);
            v = FloatVector.broadcast(SPECIES, x[k + 2 * stride]);
            c0 = w0.fma(v, c0);
            c1 = w1.fma(v, c1);
            v = FloatVector.broadcast(SPECIES, x[k + 3 * stride]);
            d0 = w0.fma(v, d0);
            d1 = w1.fma(v, d1);
        }
        a0.intoArray(y, to);
        a1.intoArray(y, to + COUNT);
        b0.intoArray(y, to + strideY);
        b1.intoArray(y, to + strideY + COUNT);
        c0.intoArray(y, to + 2 * strideY);
        c1.intoArray(y, to + 2 * strideY + COUNT);
        d0.intoArray(y, to + 3 * strideY);
        d1.intoArray(y, to + 3 * strideY + COUNT);
    }

    private void eight(int panel, float[] x, int from, int stride, float[] y, int to, int strideY) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        FloatVector e0 = a0;
        FloatVector e1 = a0;
        FloatVector f0 = a0;
        FloatVector f1 = a0;
        FloatVector g0 = a0;
        FloatVector g1 = a0;
        FloatVector h0 = a0;
        FloatVector h1 = a0;
        float[] w = values;
        int at = panel * WIDTH * columns;
        for (int k = from; k < from + columns; k++, at += WIDTH) {
            FloatVector w0 = FloatVector.fromArray(SPECIES, w, at);
            FloatVector w1 = FloatVector.fromArray(SPECIES, w, at + COUNT);
            FloatVector v = FloatVector.broadcast(SPECIES, x[k]);
            a0 = w0.fma(v, a0);
            a1 = w1.fma(v, a1);
            v = FloatVector.broadcast(SPECIES, x[k + stride]);
            b0 = w0.fma(v, b0);
            b1 = w1.fma(v, b1);
            v = FloatVector.broadcast(SPECIES, x[k + 2 * stride]);
            c0 = w0.fma(v, c0);
            c1 = w1.fma(v, c1);
            v = FloatVector.broadcast(SPECIES, x[k + 3 * stride]);
            d0 = w0.fma(v, d0);
            d1 = w1.fma(v, d1);
            v = FloatVector.broadcast(SPECIES, x[k + 4 * stride]);
            e0 = w0.fma(v, e0);
            e1 = w1.fma(v, e1);
            v = FloatVector.broadcast(SPECIES, x[k + 5 * stride]);
            f0 = w0.fma(v, f0);
            f1 = w1.fma(v, f1);
            v = FloatVector.broadcast(SPECIES, x[k + 6 * stride]);
            g0 = w0.fma(v, g0);
            g1 = w1.fma(v, g1);
            v = FloatVector.broadcast(SPECIES, x[k + 7 * stride]);
            h0 = w0.fma(v, h0);
            h1 = w1.fma(v, h1);
        }
        a0.intoArray(y, to);
        a1.intoArray(y, to + COUNT);
        b0.intoArray(y, to + strideY);
        b1.intoArray(y, to + strideY + COUNT);
        c0.intoArray(y, to + 2 * strideY);
        c1.intoArray(y, to + 2 * strideY + COUNT);
        d0.intoArray(y, to + 3 * strideY);
        d1.intoArray(y, to + 3 * strideY + COUNT);
        e0.intoArray(y, to + 4 * strideY);
        e1.intoArray(y, to + 4 * strideY + COUNT);
        f0.intoArray(y, to + 5 * strideY);
        f1.intoArray(y, to + 5 * strideY + COUNT);
        g0.intoArray(y, to + 6 * strideY);
        g1.intoArray(y, to + 6 * strideY + COUNT);
        h0.intoArray(y, to + 7 * strideY);
        h1.intoArray(y, to + 7 * strideY + COUNT);
    }
}
