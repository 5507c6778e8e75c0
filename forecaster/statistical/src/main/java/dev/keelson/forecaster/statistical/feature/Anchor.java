package dev.keelson.forecaster.statistical.feature;

/**
 * How a booster's scale-free target comes from a value and goes back: target = (g(value) −
 * reference) ÷ scale with g(x) = asinh(x ÷ knee), or g(x) = x where the knee is 0. With a knee far
 * below the values differences of g are logarithms of ratios, and zeros and negatives still have
 * one (Burbidge et al. 1988).
 */
public record Anchor(double reference, double scale, double knee) {
    private static final double LIMIT = 20;

    /** The target of a value, cut off at ±20 scales. */
    public double target(double value) {
        double z = (bend(value, knee) - reference) / scale;
        return Math.max(-LIMIT, Math.min(LIMIT, z));
    }

    /** The value of a target. */
    public double value(double target) {
        double bent = reference + target * scale;
        return knee == 0 ? bent : knee * StrictMath.sinh(bent);
    }

    /** g. */
    static double bend(double value, double knee) {
        if (knee == 0) {
            return value;
        }
        double x = Math.abs(value) / knee;
        double result = StrictMath.log(x + Math.sqrt(x * x + 1));
        return value < 0 ? -result : result;
    }
}
