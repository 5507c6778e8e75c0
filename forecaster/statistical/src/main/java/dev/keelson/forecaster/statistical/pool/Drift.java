package dev.keelson.forecaster.statistical.pool;

/** The last value and the mean slope since the first one. */
public record Drift() implements LocalMethod {
    @Override
    public String name() {
        return "drift";
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        return Drift::forecast;
    }

    private static double[] forecast(double[] values, int length, int horizon) {
        int first = 0;
        while (first < length && Double.isNaN(values[first])) {
            first++;
        }
        int last = length - 1;
        while (last >= 0 && Double.isNaN(values[last])) {
            last--;
        }
        double[] result = new double[horizon];
        for (int step = 0; step < horizon; step++) {
            if (last < 0) {
                result[step] = Double.NaN;
            } else {
                double slope = last == first ? 0 : (values[last] - values[first]) / (last - first);
                result[step] = values[last] + slope * (length - last + step);
            }
        }
        return result;
    }
}
