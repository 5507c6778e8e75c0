package dev.keelson.forecaster.statistical.paths;

import dev.keelson.core.control.ForecastSource;
import dev.keelson.core.demand.DemandReadings;
import dev.keelson.core.demand.Forecast;
import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.demand.Indicator;
import dev.keelson.core.demand.LearnedCapacity;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.demand.ReplicaCapacity;
import dev.keelson.core.demand.SamplePaths;
import dev.keelson.core.demand.StartupTimes;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Forecasts one deployment's token work from what every tick shows of it: the recent level times
 * the day's profile, with the residual paths of its own earlier forecasts around it. Learns the
 * capacity of a replica and the start-up times on the way. It has seen nothing but the states that
 * it was given and the history that its profile was made from. Mutable; one loop steps it.
 */
public final class TokenForecaster implements ForecastSource {
    private static final int REQUESTS = 0;
    private static final int PREFILL = 1;

    /** Origins whose residuals make paths: with steps of 10 s, the last 40 minutes. */
    private static final int PATHS = 240;

    private static final int LEAST_PATHS = 12;

    private final Setup setup;
    private final int steps;
    private final RecentLevel requests;
    private final RecentLevel prefill;
    private final RecentLevel promptLength = new RecentLevel(1);
    private final RecentLevel outputLength = new RecentLevel(1);
    private final ResidualPaths residuals;
    private final LandedErrors errors;
    private final LearnedCapacity capacity = new LearnedCapacity();
    private final TreeSet<ReplicaId> known = new TreeSet<>();
    private StartupTimes startups;
    private boolean sawFleet;
    private @Nullable Instant stepStart;
    private @Nullable Instant newest;
    private double requestSum;
    private double promptSum;
    private double completionSum;
    private double outputSum;
    private double missSum;
    private int readings;
    private int fullReadings;
    private @Nullable Forecast forecast;

    /**
     * @param step of the forecast
     * @param horizon how far it looks
     * @param capacity where learning begins
     * @param startup assumed until one is measured
     * @param profile of the day that the first state's time begins, seconds since midnight being
     *     those since the epoch
     */
    public record Setup(
            DeploymentId deployment,
            Duration step,
            Duration horizon,
            ReplicaCapacity capacity,
            Duration startup,
            DayProfile profile) {}

    public TokenForecaster(Setup setup) {
        this.setup = setup;
        steps = (int) (setup.horizon().toNanos() / setup.step().toNanos());
        int ahead = Math.min(steps, 3);
        requests = new RecentLevel(ahead);
        prefill = new RecentLevel(ahead);
        residuals = new ResidualPaths(steps, PATHS);
        errors = new LandedErrors(Math.min(steps - 1, 2));
        startups = StartupTimes.NONE.with(setup.startup());
    }

    @Override
    public Forecasts forecasts(FleetState observed) {
        measureStarts(observed);
        var state = observed.deployments().get(setup.deployment());
        if (state == null) {
            return Forecasts.NONE;
        }
        gather(state.demand(), isFull(observed, state));
        var start = stepStart;
        if (start == null) {
            stepStart = observed.observedAt();
        } else if (!observed.observedAt().isBefore(start.plus(setup.step()))) {
            step(observed);
            stepStart = start.plus(setup.step());
        }
        var made = forecast;
        return made == null
                ? Forecasts.NONE
                : new Forecasts(
                        new TreeMap<>(
                                Collections.singletonMap(
                                        setup.deployment(),
                                        new Outlook(
                                                made,
                                                errors.error(),
                                                capacity.of(setup.capacity()),
                                                startups))));
    }

    /** Replicas that were there before the first look were not seen to start. */
    private void measureStarts(FleetState observed) {
        for (var r : observed.replicas().values()) {
            var startup = r.startup();
            if (r.state() == ReplicaState.READY
                    && startup != null
                    && known.add(r.id())
                    && sawFleet) {
                startups = startups.with(startup);
            }
        }
        known.retainAll(observed.replicas().keySet());
        sawFleet = true;
    }

    private boolean isFull(FleetState observed, DeploymentState state) {
        var demand = state.demand();
        double started =
                capacity.of(setup.capacity())
                        .requestsIn(
                                state.spec().slo().ttft(),
                                requests.level(),
                                prefill.level(),
                                requests.level() * outputLength.level());
        return LearnedCapacity.isFull(
                value(demand.inFlight()) + value(demand.queued()),
                ready(observed),
                state.spec().maxSequences(),
                started);
    }

    private static long ready(FleetState observed) {
        return observed.replicas().values().stream()
                .filter(r -> r.state() == ReplicaState.READY)
                .count();
    }

    private void gather(DemandReadings demand, boolean isFull) {
        var arrivals = demand.arrivalsPerSecond();
        if (arrivals == null || arrivals.at().equals(newest)) {
            return;
        }
        newest = arrivals.at();
        readings++;
        requestSum += arrivals.value();
        promptSum += value(demand.promptTokensPerSecond());
        completionSum += value(demand.completionsPerSecond());
        outputSum += value(demand.outputTokensPerSecond());
        missSum += value(demand.missesPerSecond());
        fullReadings += isFull ? 1 : 0;
    }

    private static double value(@Nullable Reading reading) {
        return reading == null ? 0 : reading.value();
    }

    /**
     * A step is over: its outcome lands, and a new forecast is made. Without a reading it is a gap.
     */
    private void step(FleetState observed) {
        boolean isGap = readings == 0;
        double arrived = isGap ? Double.NaN : requestSum / readings;
        double prompts = isGap ? Double.NaN : promptSum / readings;
        residuals.land(new double[] {arrived, prompts});
        errors.land(arrived);
        if (!isGap) {
            requests.observe(arrived);
            prefill.observe(prompts);
            if (requestSum > 0) {
                promptLength.observe(promptSum / requestSum);
            }
            if (completionSum > 0) {
                outputLength.observe(outputSum / completionSum);
            }
            learnCapacity(observed);
        }
        readings = 0;
        fullReadings = 0;
        requestSum = 0;
        promptSum = 0;
        completionSum = 0;
        outputSum = 0;
        missSum = 0;
        forecast(observed.observedAt());
    }

    private void learnCapacity(FleetState observed) {
        long ready = ready(observed);
        if (ready > 0 && outputLength.seen() > 0) {
            capacity.observe(
                    setup.capacity(),
                    prefill.level() / ready,
                    requests.level() * outputLength.level() / ready,
                    Math.max(completionSum, missSum),
                    missSum,
                    (double) fullReadings / readings);
        }
    }

    private void forecast(Instant origin) {
        double seconds = origin.getEpochSecond();
        double stepSeconds = setup.step().toNanos() / 1e9;
        var expected = new double[2][steps];
        for (int h = 0; h < steps; h++) {
            double growth =
                    setup.profile()
                            .growth(seconds - stepSeconds / 2, seconds + (h + 0.5) * stepSeconds);
            expected[REQUESTS][h] = requests.level() * growth;
            expected[PREFILL][h] = prefill.level() * growth;
        }
        // Rates per second: one request in a step adds its share of the step. Its length is not the
        // ratio of the levels, which fall at speeds of their own while nothing arrives.
        var scale = new double[] {1 / stepSeconds, Math.max(1, promptLength.level()) / stepSeconds};
        residuals.open(expected, scale);
        if (residuals.count() < LEAST_PATHS || outputLength.seen() == 0) {
            return;
        }
        var arriving = residuals.around(REQUESTS, expected[REQUESTS], scale[REQUESTS]);
        var decode = new double[arriving.length][steps];
        for (int k = 0; k < arriving.length; k++) {
            for (int h = 0; h < steps; h++) {
                decode[k][h] = arriving[k][h] * outputLength.level();
            }
        }
        var indicators = new TreeMap<Indicator, SamplePaths>();
        indicators.put(Indicator.REQUESTS, SamplePaths.of(arriving));
        indicators.put(
                Indicator.PREFILL_TOKENS,
                SamplePaths.of(residuals.around(PREFILL, expected[PREFILL], scale[PREFILL])));
        indicators.put(Indicator.DECODE_TOKENS, SamplePaths.of(decode));
        var made = new Forecast(origin, setup.step(), indicators);
        errors.forecast(indicators.get(Indicator.REQUESTS));
        forecast = made;
    }
}
