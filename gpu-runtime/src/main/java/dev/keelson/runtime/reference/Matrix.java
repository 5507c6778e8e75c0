package dev.keelson.runtime.reference;

import dev.keelson.runtime.weights.Tensor;

/**
 * A weight matrix, stored column by column: the product adds multiples of columns, which the JIT
 * compiler turns into vector instructions as it may not do with a sum along a row.
 */
final class Matrix {
    private static final int TILE = 1024;

    private final int rows;
    private final int columns;
    private final float[] byColumn;

    /**
     * @param t (rows, columns)
     */
    Matrix(Tensor t) {
        rows = (int) t.shape()[0];
        columns = (int) t.shape()[1];
        byColumn = new float[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                byColumn[c * rows + r] = t.values()[r * columns + c];
            }
        }
    }

    int rows() {
        return rows;
    }

    /** Element (row, column). */
    float at(int row, int column) {
        return byColumn[column * rows + row];
    }

    /** The product with each of {@code x}, one row of the result for each. */
    float[][] times(float[][] x) {
        float[][] y = new float[x.length][rows];
        for (int from = 0; from < rows; from += TILE) {
            int to = Math.min(rows, from + TILE);
            int c = 0;
            for (; c + 4 <= columns; c += 4) {
                for (int b = 0; b < x.length; b++) {
                    addFour(y[b], from, to, c, x[b]);
                }
            }
            for (; c < columns; c++) {
                for (int b = 0; b < x.length; b++) {
                    addOne(y[b], from, to, c, x[b]);
                }
            }
        }
        return y;
    }

    private void addFour(float[] y, int from, int to, int column, float[] x) {
        float x0 = x[column];
        float x1 = x[column + 1];
        float x2 = x[column + 2];
        float x3 = x[column + 3];
        float[] w = byColumn;
        int w0 = column * rows;
        int w1 = w0 + rows;
        int w2 = w1 + rows;
        int w3 = w2 + rows;
        for (int r = from; r < to; r++) {
            y[r] += w[w0 + r] * x0 + w[w1 + r] * x1 + w[w2 + r] * x2 + w[w3 + r] * x3;
        }
    }

    private void addOne(float[] y, int from, int to, int column, float[] x) {
        int at = column * rows;
        for (int r = from; r < to; r++) {
            y[r] += byColumn[at + r] * x[column];
        }
    }
}
