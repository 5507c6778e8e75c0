package dev.keelson.lab;

import dev.keelson.core.control.ForecastSource;
import dev.keelson.forecaster.statistical.paths.DayProfile;
import dev.keelson.forecaster.statistical.paths.TokenForecaster;
import dev.keelson.simulator.trace.DemandHistory;
import dev.keelson.simulator.world.Forecasting;
import java.time.Duration;

/** Brings the forecaster to the simulator: the only place where the two meet. */
final class StudyForecasting implements Forecasting {
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final Duration HORIZON = Duration.ofSeconds(90);

    private final DayProfile profile;

    /**
     * @param history of the days before the trace
     */
    StudyForecasting(DemandHistory history) {
        profile =
                DayProfile.of(
                        history.rates().stream().mapToDouble(r -> r).toArray(),
                        history.slotsPerDay());
    }

    @Override
    public ForecastSource source(Start start) {
        return new TokenForecaster(
                new TokenForecaster.Setup(
                        start.deployment(),
                        STEP,
                        HORIZON,
                        start.capacity(),
                        start.startup(),
                        profile));
    }
}
