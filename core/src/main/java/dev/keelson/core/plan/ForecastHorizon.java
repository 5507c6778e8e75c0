package dev.keelson.core.plan;

import dev.keelson.core.demand.Forecast;
import dev.keelson.core.demand.Indicator;
import java.time.Duration;
import java.time.Instant;

/**
 * The steps of a forecast, counted from the one that begins now.
 *
 * @param now present
 * @param forecast whose first steps may have passed already
 * @param leadTime from an order to READY
 */
record ForecastHorizon(Instant now, Forecast forecast, Duration leadTime) {
    Duration age() {
        return Duration.between(forecast.origin(), now);
    }

    /** Steps of the forecast that have passed. */
    int passed() {
        return (int) (age().toNanos() / forecast.step().toNanos());
    }

    /** Expected in the step that is now, per second; 0 where it is not forecast. */
    double present(Indicator indicator) {
        var paths = forecast.of(indicator);
        return paths == null ? 0 : paths.mean(passed());
    }

    /** Steps until a replica ordered now serves. */
    int lead() {
        return stepsUntil(now.plus(leadTime)) - passed();
    }

    /** Steps of the forecast that begin before this moment. */
    private int stepsUntil(Instant moment) {
        long step = forecast.step().toNanos();
        long nanos = Duration.between(forecast.origin(), moment).toNanos();
        return (int) ((nanos + step - 1) / step);
    }

    /** Steps until a replica serves that was ordered then, up to those that an order takes. */
    int stepsUntilReady(Instant ordered) {
        return steps(Duration.between(now, ordered.plus(leadTime)));
    }

    /** Steps until then, up to those that an order takes. */
    int steps(Duration left) {
        long step = forecast.step().toNanos();
        return (int) Math.max(0, Math.min(lead(), (left.toNanos() + step - 1) / step));
    }
}
