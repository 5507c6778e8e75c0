package dev.keelson.simulator.trace;

import java.util.random.RandomGenerator;

/** How the gaps between arrivals scatter about their mean, which is 1 here. */
sealed interface GapLaw {
    double draw(RandomGenerator random);

    /** Gaps of that coefficient of variation: 1 is a Poisson process, more are bursts. */
    static GapLaw ofVariation(double cv) {
        return new Gamma(1 / (cv * cv));
    }

    /** Gamma; its coefficient of variation is 1 / sqrt(shape). */
    record Gamma(double shape) implements GapLaw {
        @Override
        public double draw(RandomGenerator random) {
            // Gamma(a) = Gamma(a + 1) U^(1/a) where a < 1 (Marsaglia and Tsang 2000, note at the
            // end).
            double boost = shape >= 1 ? 1 : StrictMath.pow(1 - random.nextDouble(), 1 / shape);
            return boost * marsagliaTsang(shape >= 1 ? shape : shape + 1, random) / shape;
        }

        /** Marsaglia and Tsang, A simple method for generating gamma variables, 2000. */
        private static double marsagliaTsang(double a, RandomGenerator random) {
            double d = a - 1.0 / 3;
            double c = 1 / StrictMath.sqrt(9 * d);
            while (true) {
                double x = random.nextGaussian();
                double v = 1 + c * x;
                if (v <= 0) {
                    continue;
                }
                v = v * v * v;
                double u = 1 - random.nextDouble();
                if (StrictMath.log(u) < 0.5 * x * x + d * (1 - v + StrictMath.log(v))) {
                    return d * v;
                }
            }
        }
    }

    /** Weibull, by its inverse; {@code unit} is the scale at which the mean is 1. */
    record Weibull(double shape, double unit) implements GapLaw {
        static Weibull of(double shape) {
            return new Weibull(shape, 1 / StrictMath.exp(logGamma(1 + 1 / shape)));
        }

        @Override
        public double draw(RandomGenerator random) {
            double e = -StrictMath.log(1 - random.nextDouble());
            return unit * StrictMath.pow(e, 1 / shape);
        }

        /** Stirling's series after the argument has been raised above 8; error below 1e-9. */
        static double logGamma(double x) {
            double shifted = 0;
            double z = x;
            for (; z < 8; z++) {
                shifted -= StrictMath.log(z);
            }
            double z2 = z * z;
            return shifted
                    + (z - 0.5) * StrictMath.log(z)
                    - z
                    + 0.5 * StrictMath.log(2 * StrictMath.PI)
                    + 1 / (12 * z)
                    - 1 / (360 * z * z2)
                    + 1 / (1260 * z * z2 * z2);
        }
    }
}
