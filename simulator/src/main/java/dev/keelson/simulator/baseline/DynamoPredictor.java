package dev.keelson.simulator.baseline;

/** Dynamo's predictors of the next interval that need no library: constant and Kalman. */
public sealed interface DynamoPredictor {
    /** Takes the newest value; leading zeros are dropped. */
    void observe(double value);

    double predict();

    /** The last value. Mutable. */
    final class Constant implements DynamoPredictor {
        private double last;

        @Override
        public void observe(double value) {
            last = value;
        }

        @Override
        public double predict() {
            return last;
        }
    }

    /**
     * Local linear trend, F = [[1,1],[0,1]], H = [1,0]; may go negative unless in log1p. Mutable.
     */
    final class Kalman implements DynamoPredictor {
        private final double levelNoise;
        private final double trendNoise;
        private final double measurementNoise;
        private final boolean logarithmic;
        private boolean seen;
        private boolean predicted;
        private double level;
        private double trend;
        private double p00 = 1_000;
        private double p01;
        private double p10;
        private double p11 = 1_000;

        public Kalman(
                double levelNoise,
                double trendNoise,
                double measurementNoise,
                boolean logarithmic) {
            this.levelNoise = levelNoise;
            this.trendNoise = trendNoise;
            this.measurementNoise = measurementNoise;
            this.logarithmic = logarithmic;
        }

        @Override
        public void observe(double value) {
            if (value == 0 && !seen) {
                return;
            }
            double z = logarithmic ? StrictMath.log1p(Math.max(0, value)) : value;
            predicted = false;
            if (!seen) {
                seen = true;
                level = z;
                return;
            }
            double s = p00 + measurementNoise;
            double k0 = p00 / s;
            double k1 = p10 / s;
            double innovation = z - level;
            level += k0 * innovation;
            trend += k1 * innovation;
            double q00 = (1 - k0) * p00;
            double q01 = (1 - k0) * p01;
            p10 -= k1 * p00;
            p11 -= k1 * p01;
            p00 = q00;
            p01 = q01;
        }

        @Override
        public double predict() {
            if (!seen) {
                return 0;
            }
            if (!predicted) {
                level += trend;
                double q00 = p00 + p01 + p10 + p11 + levelNoise;
                double q01 = p01 + p11;
                double q10 = p10 + p11;
                p00 = q00;
                p01 = q01;
                p10 = q10;
                p11 += trendNoise;
                predicted = true;
            }
            return logarithmic ? Math.max(0, StrictMath.expm1(level)) : level;
        }
    }
}
