package dev.keelson.simulator.world;

import dev.keelson.core.control.ForecastSource;
import dev.keelson.core.demand.ReplicaCapacity;
import dev.keelson.core.fleet.DeploymentId;
import java.time.Duration;

/**
 * Port: makes the source of forecasts of one row. The simulator knows forecasting by core's port
 * alone; who has a forecaster brings it here.
 */
public interface Forecasting {
    /** There is no forecaster: the policy `forecast` cannot be played. */
    Forecasting NONE =
            start -> {
                throw new IllegalArgumentException(
                        "The policy forecast needs a forecaster, and none was brought.");
            };

    /** A source that has seen nothing of the trace. */
    ForecastSource source(Start start);

    /**
     * What is known before the trace begins.
     *
     * @param capacity of one replica, by the engine's profile
     * @param startup the longest cold start
     */
    record Start(DeploymentId deployment, ReplicaCapacity capacity, Duration startup) {}
}
