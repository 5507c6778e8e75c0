package dev.keelson.forecaster.statistical.pool;

import java.util.List;

/**
 * Exponential smoothing, its form chosen by the corrected Akaike criterion: with or without damped
 * trend and season, on the values or on their logarithms, which makes error, trend and season
 * multiplicative (Hyndman et al. 2002; the mixed forms of the taxonomy are left out).
 */
public record Ets(int period) implements LocalMethod {
    private static final int EVALUATIONS = 120;

    @Override
    public String name() {
        return "ets";
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        int observed = 0;
        boolean positive = true;
        double logarithms = 0;
        for (double value : values) {
            if (!Double.isNaN(value)) {
                observed++;
                positive &= value > 0;
                logarithms += value > 0 ? StrictMath.log(value) : 0;
            }
        }
        if (observed < 3) {
            return new SeasonalNaive(1).fit(values, horizon);
        }
        Chosen best = null;
        for (boolean logarithmic : positive ? List.of(false, true) : List.of(false)) {
            double[] scaled = logarithmic ? logarithms(values) : values;
            for (SmoothingForm form : forms(observed)) {
                double[] parameters =
                        Simplex.minimise(
                                p -> Smoothing.squaredErrors(form, p, scaled, scaled.length),
                                form.start(),
                                form.low(),
                                form.high(),
                                EVALUATIONS);
                double squares = Smoothing.squaredErrors(form, parameters, scaled, scaled.length);
                // The Jacobian of the logarithm makes both scales comparable.
                double score =
                        criterion(squares, observed, form.freedom())
                                + (logarithmic ? 2 * logarithms : 0);
                if (best == null || score < best.score) {
                    best = new Chosen(form, parameters, logarithmic, score);
                }
            }
        }
        if (best == null) {
            throw new IllegalStateException("There is always a form to choose.");
        }
        return best;
    }

    private List<SmoothingForm> forms(int observed) {
        var plain = List.of(new SmoothingForm(false, 1), new SmoothingForm(true, 1));
        if (period < 2 || observed < 3 * period + 5) {
            return plain;
        }
        return List.of(
                plain.get(0),
                plain.get(1),
                new SmoothingForm(false, period),
                new SmoothingForm(true, period));
    }

    private static double criterion(double squares, int observed, int freedom) {
        double fit = observed * StrictMath.log(Math.max(squares, 1e-12) / observed);
        double left = Math.max(1, observed - freedom - 1);
        return fit + 2 * freedom + 2.0 * freedom * (freedom + 1) / left;
    }

    static double[] logarithms(double[] values) {
        double[] result = new double[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = StrictMath.log(values[i]);
        }
        return result;
    }

    /** The form that won and its parameters. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Chosen(
            SmoothingForm form, double[] parameters, boolean logarithmic, double score)
            implements Fit {
        @Override
        public double[] forecast(double[] values, int length, int horizon) {
            double[] scaled = values;
            if (logarithmic) {
                scaled = new double[length];
                double floor = floor(values, length);
                for (int i = 0; i < length; i++) {
                    scaled[i] = StrictMath.log(values[i] <= 0 ? floor : values[i]);
                }
            }
            double[] result = Smoothing.after(form, parameters, scaled, length).forecast(horizon);
            if (logarithmic) {
                for (int i = 0; i < horizon; i++) {
                    result[i] = StrictMath.exp(Math.min(700, result[i]));
                }
            }
            return result;
        }

        /** What a zero after the fit counts as: a hundredth of the usual. */
        private static double floor(double[] values, int length) {
            double mean = SeasonalNaive.mean(values, length);
            return mean > 0 ? mean / 100 : 1e-9;
        }
    }
}
