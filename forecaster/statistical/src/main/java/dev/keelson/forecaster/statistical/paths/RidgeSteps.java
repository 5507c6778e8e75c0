package dev.keelson.forecaster.statistical.paths;

/**
 * Ridge regressions, one for each step ahead, of which the sums grow with every observation and are
 * solved anew once a day. Mutable.
 */
final class RidgeSteps {
    private static final double PENALTY = 3;
    private static final double MOST = 2;

    private final int inputs;
    private final double[][][] squares;
    private final double[][] products;
    private final double[][] weights;

    /**
     * @param steps regressions
     * @param inputs of each, the first being constant 1
     */
    RidgeSteps(int steps, int inputs) {
        this.inputs = inputs;
        squares = new double[steps][inputs][inputs];
        products = new double[steps][inputs];
        weights = new double[steps][inputs];
    }

    void learn(int step, double[] x, double y) {
        double outcome = Math.max(-MOST, Math.min(MOST, y));
        for (int i = 0; i < inputs; i++) {
            products[step][i] += x[i] * outcome;
            for (int j = 0; j < inputs; j++) {
                squares[step][i][j] += x[i] * x[j];
            }
        }
    }

    void solve() {
        for (int h = 0; h < weights.length; h++) {
            weights[h] = solved(squares[h], products[h]);
        }
    }

    double predict(int step, double[] x) {
        double sum = 0;
        for (int i = 0; i < inputs; i++) {
            sum += x[i] * weights[step][i];
        }
        return Math.max(-MOST, Math.min(MOST, sum));
    }

    /** (A + penalty I) w = b by elimination; A is positive semidefinite, so no pivot is 0. */
    private double[] solved(double[][] squares, double[] products) {
        var m = new double[inputs][inputs + 1];
        for (int i = 0; i < inputs; i++) {
            System.arraycopy(squares[i], 0, m[i], 0, inputs);
            m[i][i] += PENALTY;
            m[i][inputs] = products[i];
        }
        for (int i = 0; i < inputs; i++) {
            for (int row = i + 1; row < inputs; row++) {
                double factor = m[row][i] / m[i][i];
                for (int j = i; j <= inputs; j++) {
                    m[row][j] -= factor * m[i][j];
                }
            }
        }
        var w = new double[inputs];
        for (int i = inputs - 1; i >= 0; i--) {
            double rest = m[i][inputs];
            for (int j = i + 1; j < inputs; j++) {
                rest -= m[i][j] * w[j];
            }
            w[i] = rest / m[i][i];
        }
        return w;
    }
}
