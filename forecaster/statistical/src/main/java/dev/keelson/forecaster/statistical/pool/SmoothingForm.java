package dev.keelson.forecaster.statistical.pool;

/**
 * Which parts a smoothing has.
 *
 * @param trend whether it has a damped trend
 * @param period of its season; 1 for none
 */
record SmoothingForm(boolean trend, int period) {
    double[] start() {
        if (trend) {
            return period > 1 ? new double[] {.3, .02, .95, .1} : new double[] {.3, .05, .95};
        }
        return period > 1 ? new double[] {.3, .1} : new double[] {.3};
    }

    double[] low() {
        if (trend) {
            return period > 1 ? new double[] {1e-4, 1e-4, .8, 1e-4} : new double[] {1e-4, 1e-4, .8};
        }
        return period > 1 ? new double[] {1e-4, 1e-4} : new double[] {1e-4};
    }

    double[] high() {
        if (trend) {
            return period > 1 ? new double[] {.999, .5, .98, .9} : new double[] {.999, .5, .98};
        }
        return period > 1 ? new double[] {.999, .9} : new double[] {.999};
    }

    /** Parameters, initial states and the variance: what the information criterion counts. */
    int freedom() {
        return start().length + 1 + (trend ? 1 : 0) + (period > 1 ? period - 1 : 0) + 1;
    }
}
