package dev.keelson.core.testing;

import dev.keelson.core.control.ForecastSource;
import dev.keelson.core.demand.Forecast;
import dev.keelson.core.demand.ForecastError;
import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.demand.Indicator;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.demand.ReplicaCapacity;
import dev.keelson.core.demand.SamplePaths;
import dev.keelson.core.demand.StartupTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Outlooks of the deployment "chat" whose demand is known as a function of time. */
public final class OutlookBuilder {
    private static final Duration STEP = Duration.ofSeconds(5);
    private static final int STEPS = 12;
    private static final int PATHS = 20;
    private static final ReplicaCapacity CAPACITY = new ReplicaCapacity(1_000, 100);

    private int landed = 100;
    private Duration age = Duration.ZERO;
    private double requestsPerReplica;

    private OutlookBuilder() {}

    public static OutlookBuilder anOutlook() {
        return new OutlookBuilder();
    }

    public OutlookBuilder withLanded(int outcomes) {
        landed = outcomes;
        return this;
    }

    public OutlookBuilder withAge(Duration ofOrigin) {
        age = ofOrigin;
        return this;
    }

    /** Requests per second that keep one replica busy; without it they are not forecast. */
    public OutlookBuilder withRequests(double perReplica) {
        requestsPerReplica = perReplica;
        return this;
    }

    /**
     * A source that forecasts it at every tick, 5 % around it.
     *
     * @param demand in replicas, at a moment
     */
    public ForecastSource of(ToDoubleFunction<Instant> demand) {
        return observed -> {
            var origin = observed.observedAt().minus(age);
            var prefill = new double[PATHS][STEPS];
            var decode = new double[PATHS][STEPS];
            for (int k = 0; k < PATHS; k++) {
                for (int h = 0; h < STEPS; h++) {
                    double d =
                            demand.applyAsDouble(origin.plus(STEP.multipliedBy(h)))
                                    * (0.95 + 0.1 * k / (PATHS - 1));
                    prefill[k][h] = d / 2 * CAPACITY.prefillTokensPerSecond();
                    decode[k][h] = d / 2 * CAPACITY.decodeTokensPerSecond();
                }
            }
            var indicators = new TreeMap<Indicator, SamplePaths>();
            indicators.put(Indicator.PREFILL_TOKENS, SamplePaths.of(prefill));
            indicators.put(Indicator.DECODE_TOKENS, SamplePaths.of(decode));
            if (requestsPerReplica > 0) {
                indicators.put(Indicator.REQUESTS, SamplePaths.of(requests(prefill)));
            }
            var forecast = new Forecast(origin, STEP, indicators);
            var error = landed == 0 ? null : new ForecastError(landed, 0.05, 0, 0.8, 0.95);
            var startups = StartupTimes.NONE.with(Duration.ofSeconds(8));
            var outlook = new Outlook(forecast, error, CAPACITY, startups);
            return new Forecasts(new TreeMap<>(Map.of(FleetBuilder.CHAT, outlook)));
        };
    }

    private double[][] requests(double[][] prefill) {
        return Arrays.stream(prefill)
                .map(path ->
                        Arrays.stream(path)
                                .map(p ->
                                        p
                                                * 2
                                                / CAPACITY.prefillTokensPerSecond()
                                                * requestsPerReplica)
                                .toArray())
                .toArray(double[][]::new);
    }
}
