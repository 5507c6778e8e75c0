package dev.keelson.forecaster.statistical.pool;

/** Solves the normal equations of a least-squares fit. */
final class Cholesky {
    private Cholesky() {}

    /**
     * The coefficients.
     *
     * @param normal lower triangle of XᵀX and, in the last column, Xᵀy; overwritten
     * @param ridge what is added to each diagonal element, as a share of it
     */
    static double[] solve(double[][] normal, double ridge) {
        int size = normal.length;
        for (int i = 0; i < size; i++) {
            normal[i][i] += ridge * Math.max(normal[i][i], 1e-12) + 1e-12;
        }
        for (int i = 0; i < size; i++) {
            for (int k = 0; k <= i; k++) {
                double sum = normal[i][k];
                for (int j = 0; j < k; j++) {
                    sum -= normal[i][j] * normal[k][j];
                }
                normal[i][k] = i == k ? Math.sqrt(Math.max(sum, 1e-12)) : sum / normal[k][k];
            }
        }
        double[] x = new double[size];
        for (int i = 0; i < size; i++) {
            double sum = normal[i][size];
            for (int k = 0; k < i; k++) {
                sum -= normal[i][k] * x[k];
            }
            x[i] = sum / normal[i][i];
        }
        for (int i = size - 1; i >= 0; i--) {
            double sum = x[i];
            for (int k = i + 1; k < size; k++) {
                sum -= normal[k][i] * x[k];
            }
            x[i] = sum / normal[i][i];
        }
        return x;
    }
}
