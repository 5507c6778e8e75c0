package dev.keelson.forecaster.statistical.pool;

/**
 * One method for the ordinary course and one for spikes: a step is the second's where that is above
 * the first by a factor, else the first's. After QB5000's HYBRID (Ma et al., SIGMOD 2018, section
 * 6.3), whose factor is 1.5.
 *
 * @param ordinary for the ordinary course, such as a regression on lags
 * @param spikes for spikes, such as {@link KernelRegression}
 * @param factor above which the second is believed, more than 1
 */
public record SpikeHybrid(LocalMethod ordinary, LocalMethod spikes, double factor)
        implements LocalMethod {
    public SpikeHybrid {
        if (!(factor > 1)) {
            throw new IllegalArgumentException(
                    "The factor (%s) of a spike must be above 1.".formatted(factor));
        }
    }

    @Override
    public String name() {
        return "%s-or-%s".formatted(ordinary.name(), spikes.name());
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        Fit first = ordinary.fit(values, horizon);
        Fit second = spikes.fit(values, horizon);
        return (past, length, steps) -> {
            double[] result = first.forecast(past, length, steps);
            double[] above = second.forecast(past, length, steps);
            for (int i = 0; i < steps; i++) {
                // A comparison with NaN is false: a silent method changes nothing.
                result[i] = above[i] > factor * result[i] ? above[i] : result[i];
            }
            return result;
        };
    }
}
