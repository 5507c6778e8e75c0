package dev.keelson.forecaster.statistical.pool;

/** The last value of the same phase; with period 1 the last value. */
public record SeasonalNaive(int period) implements LocalMethod {
    public SeasonalNaive {
        if (period < 1) {
            throw new IllegalArgumentException(
                    "The period (%d) must be at least 1.".formatted(period));
        }
    }

    @Override
    public String name() {
        return period == 1 ? "last-value" : "seasonal-naive-" + period;
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        return this::forecast;
    }

    private double[] forecast(double[] values, int length, int horizon) {
        double[] result = new double[horizon];
        for (int step = 0; step < horizon; step++) {
            int at = length + step;
            do {
                at -= period;
            } while (at >= length || (at >= 0 && Double.isNaN(values[at])));
            result[step] =
                    at >= 0
                            ? values[at]
                            : step >= period ? result[step - period] : mean(values, length);
        }
        return result;
    }

    /** With less than a period of past its mean is all there is to say. */
    static double mean(double[] values, int length) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < length; i++) {
            if (!Double.isNaN(values[i])) {
                sum += values[i];
                count++;
            }
        }
        return count == 0 ? Double.NaN : sum / count;
    }
}
