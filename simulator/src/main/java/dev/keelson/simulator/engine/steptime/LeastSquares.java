package dev.keelson.simulator.engine.steptime;

import java.util.List;

/** Linear least squares by the normal equations, for a handful of features. */
public final class LeastSquares {
    private static final double RIDGE = 1e-9;

    private LeastSquares() {}

    /**
     * Coefficients that minimise the sum of squared relative errors.
     *
     * @param features one row per sample, all of one length
     * @param targets positive, one per sample
     */
    public static double[] relative(List<double[]> features, List<Double> targets) {
        if (features.isEmpty() || features.size() != targets.size()) {
            throw new IllegalArgumentException(
                    "There are %d rows of features for %d targets; as many are needed."
                            .formatted(features.size(), targets.size()));
        }
        int n = features.getFirst().length;
        double[] scale = new double[n];
        for (var row : features) {
            for (int j = 0; j < n; j++) {
                scale[j] = Math.max(scale[j], Math.abs(row[j]));
            }
        }
        double[][] matrix = new double[n][n + 1];
        for (int i = 0; i < features.size(); i++) {
            double weight = 1 / (targets.get(i) * targets.get(i));
            double[] row = features.get(i);
            for (int j = 0; j < n; j++) {
                double left = scaled(row[j], scale[j]) * weight;
                for (int k = 0; k < n; k++) {
                    matrix[j][k] += left * scaled(row[k], scale[k]);
                }
                matrix[j][n] += left * targets.get(i);
            }
        }
        for (int j = 0; j < n; j++) {
            // In proportion to the diagonal, so that the unit of the targets changes nothing.
            matrix[j][j] += RIDGE * (matrix[j][j] > 0 ? matrix[j][j] : 1);
        }
        double[] solution = solve(matrix);
        for (int j = 0; j < n; j++) {
            solution[j] = scaled(solution[j], scale[j]);
        }
        return solution;
    }

    private static double scaled(double value, double scale) {
        return scale == 0 ? 0 : value / scale;
    }

    private static double[] solve(double[][] matrix) {
        int n = matrix.length;
        for (int pivot = 0; pivot < n; pivot++) {
            int best = pivot;
            for (int row = pivot + 1; row < n; row++) {
                if (Math.abs(matrix[row][pivot]) > Math.abs(matrix[best][pivot])) {
                    best = row;
                }
            }
            double[] swap = matrix[pivot];
            matrix[pivot] = matrix[best];
            matrix[best] = swap;
            for (int row = 0; row < n; row++) {
                if (row == pivot) {
                    continue;
                }
                double factor = matrix[row][pivot] / matrix[pivot][pivot];
                for (int column = pivot; column <= n; column++) {
                    matrix[row][column] -= factor * matrix[pivot][column];
                }
            }
        }
        double[] solution = new double[n];
        for (int i = 0; i < n; i++) {
            solution[i] = matrix[i][n] / matrix[i][i];
        }
        return solution;
    }
}
