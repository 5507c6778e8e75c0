package dev.keelson.forecaster.statistical.pool;

/** Simple exponential smoothing: a level, no trend, no season. */
public record Ses() implements LocalMethod {
    private static final int EVALUATIONS = 40;

    @Override
    public String name() {
        return "ses";
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        SmoothingForm form = new SmoothingForm(false, 1);
        double[] alpha =
                Simplex.minimise(
                        p -> Smoothing.squaredErrors(form, p, values, values.length),
                        form.start(),
                        form.low(),
                        form.high(),
                        EVALUATIONS);
        return (past, length, steps) -> Smoothing.after(form, alpha, past, length).forecast(steps);
    }
}
