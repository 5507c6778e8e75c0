package dev.keelson.controlplane.observe;

import dev.keelson.core.demand.Forecast;
import dev.keelson.exchange.kafka.Expected;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The newest forecast of each deployment. Thread-safe. */
public final class ForecastBoard implements Consumer<Expected> {
    private final InstantSource clock;
    private final Map<String, Expected> newest = new HashMap<>();

    public ForecastBoard(InstantSource clock) {
        this.clock = clock;
    }

    /** Takes a forecast; one that is not newer than what is there changes nothing. */
    @Override
    public synchronized void accept(Expected expected) {
        var forecast = expected.forecast();
        var known = newest.get(expected.deployment());
        // A gateway's clock may be ahead of this one: nothing observed is from the future.
        var now = Instant.ofEpochMilli(clock.millis());
        var origin = forecast.origin().isAfter(now) ? now : forecast.origin();
        if (known == null || origin.isAfter(known.forecast().origin())) {
            newest.put(
                    expected.deployment(),
                    new Expected(
                            expected.deployment(),
                            new Forecast(origin, forecast.step(), forecast.indicators()),
                            expected.error(),
                            expected.models(),
                            expected.classes()));
        }
    }

    /** Null where there is none. */
    public synchronized @Nullable Expected of(String deployment) {
        return newest.get(deployment);
    }
}
