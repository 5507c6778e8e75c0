package dev.keelson.benchmarks;

import dev.keelson.core.demand.Forecast;
import dev.keelson.core.demand.ForecastError;
import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.demand.Indicator;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.demand.ReplicaCapacity;
import dev.keelson.core.demand.SamplePaths;
import dev.keelson.core.demand.StartupTimes;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.FleetState;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Forecasts of all deployments in the size that the forecaster sends by default: 50 joint sample
 * paths of requests, prompt and output tokens over 30 steps of 10 s. Each path wanders about the
 * deployment's level (an autoregressive course, seeded by its name); a start takes about a minute.
 *
 * @param times of the level that a deployment begins with
 */
record ExpectedDemand(double times) {
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final int STEPS = 30;
    private static final int PATHS = 50;
    private static final int STARTS = 20;
    private static final double DEVIATION = 0.15;
    private static final double PERSISTENCE = 0.9;
    private static final double TOKENS_OUT_OF_PROMPT = 0.1;
    private static final ReplicaCapacity CAPACITY = new ReplicaCapacity(8_000, 800);

    /** What a forecaster would say of the fleet now. */
    Forecasts of(FleetState state) {
        var outlooks = new TreeMap<DeploymentId, Outlook>();
        state.deployments().forEach((id, d) -> outlooks.put(id, outlook(state, d.spec())));
        return new Forecasts(outlooks);
    }

    private Outlook outlook(FleetState state, Deployment d) {
        var random = new Random(d.id().value().hashCode());
        var requests = new double[PATHS][STEPS];
        var prefill = new double[PATHS][STEPS];
        var decode = new double[PATHS][STEPS];
        double level = times * 0.8 * d.minReplicas() * CAPACITY.prefillTokensPerSecond() / 2;
        for (int k = 0; k < PATHS; k++) {
            double deviation = DEVIATION * random.nextGaussian();
            for (int h = 0; h < STEPS; h++) {
                deviation =
                        PERSISTENCE * deviation
                                + DEVIATION
                                        * StrictMath.sqrt(1 - PERSISTENCE * PERSISTENCE)
                                        * random.nextGaussian();
                prefill[k][h] = level * Math.max(0, 1 + deviation);
                decode[k][h] = prefill[k][h] * TOKENS_OUT_OF_PROMPT;
                requests[k][h] = prefill[k][h] / 1_000;
            }
        }
        var forecast =
                new Forecast(
                        state.observedAt(),
                        STEP,
                        new TreeMap<>(
                                Map.of(
                                        Indicator.REQUESTS,
                                        SamplePaths.of(requests),
                                        Indicator.PREFILL_TOKENS,
                                        SamplePaths.of(prefill),
                                        Indicator.DECODE_TOKENS,
                                        SamplePaths.of(decode))));
        return new Outlook(
                forecast, new ForecastError(1_000, 0.1, 0, 0.8, 0.95), CAPACITY, startups(random));
    }

    private static StartupTimes startups(Random random) {
        var startups = StartupTimes.NONE;
        for (int i = 0; i < STARTS; i++) {
            startups = startups.with(Duration.ofSeconds(45 + random.nextInt(20)));
        }
        return startups;
    }
}
