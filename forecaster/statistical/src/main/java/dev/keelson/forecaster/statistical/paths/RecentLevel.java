package dev.keelson.forecaster.statistical.paths;

/**
 * The present level of a noisy series: exponentially weighted means of several speeds, of which the
 * one with the least recent squared error a few steps ahead speaks. Mutable.
 */
final class RecentLevel {
    private static final double[] SPEEDS = {0.5, 0.3, 0.18, 0.1, 0.05, 0.025};

    /** Share that a step's error keeps in the memory of errors: about two hundred steps. */
    private static final double MEMORY = 0.995;

    private final int ahead;
    private final double[] levels = new double[SPEEDS.length];
    private final double[] losses = new double[SPEEDS.length];
    private final double[][] past;
    private int seen;

    /**
     * @param ahead steps between a level and the value that it is judged by
     */
    RecentLevel(int ahead) {
        this.ahead = ahead;
        past = new double[ahead][SPEEDS.length];
    }

    void observe(double value) {
        for (int i = 0; i < SPEEDS.length; i++) {
            if (seen >= ahead) {
                double error = value - past[seen % ahead][i];
                losses[i] = MEMORY * losses[i] + (1 - MEMORY) * error * error;
            }
            // The first values count fully: a mean of what there is, until that is slower.
            double speed = Math.max(SPEEDS[i], 1.0 / (seen + 1));
            levels[i] += speed * (value - levels[i]);
            past[seen % ahead][i] = levels[i];
        }
        seen++;
    }

    double level() {
        int best = 0;
        for (int i = 1; i < SPEEDS.length; i++) {
            best = losses[i] < losses[best] ? i : best;
        }
        return levels[best];
    }

    int seen() {
        return seen;
    }
}
