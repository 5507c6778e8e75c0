package dev.keelson.forecaster.learned.plain;

/** {@code y(t) = intercept + sum of coefficient(i) * y(t - i)}, i from 1. Immutable. */
public final class Autoregression {
    private final double intercept;
    private final double[] coefficients;

    /** Refuses numbers that are not finite. */
    public Autoregression(double intercept, double[] coefficients) {
        if (coefficients.length == 0 || !Double.isFinite(intercept)) {
            throw new IllegalArgumentException("An autoregression needs finite numbers.");
        }
        for (double coefficient : coefficients) {
            if (!Double.isFinite(coefficient)) {
                throw new IllegalArgumentException("A coefficient is not finite.");
            }
        }
        this.intercept = intercept;
        this.coefficients = coefficients.clone();
    }

    /** The constant term. */
    public double intercept() {
        return intercept;
    }

    /** A copy of the coefficients; the first belongs to the last value. */
    public double[] coefficients() {
        return coefficients.clone();
    }

    /** The order. */
    public int order() {
        return coefficients.length;
    }

    /**
     * What follows the values before index t.
     *
     * @param values the series without gaps, at least {@link #order} of them before t
     */
    public double predict(double[] values, int t) {
        double sum = intercept;
        for (int i = 0; i < coefficients.length; i++) {
            sum += coefficients[i] * values[t - 1 - i];
        }
        return sum;
    }
}
