package dev.keelson.core.plan;

import dev.keelson.core.demand.Forecast;
import dev.keelson.core.demand.Indicator;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.demand.ReplicaCapacity;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.plan.PlannerMemory.Need;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.ForecastPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Scaling on what is forecast: the count that is cheapest over the lead time and the steps after it
 * ({@link ReplicaLadder}), demand being token work (prefill and decode, each by what a replica can
 * do of it). Present load is a floor that no forecast undercuts, and a shrink waits for a hold and
 * for the forecast to be served within the service level by one replica fewer. It acts on no
 * forecast that is absent, too old, or of a source whose outcomes have not landed yet. Where it may
 * only advise it goes on from the count that it advised before, not from the one that there is: so
 * the advice tells what would have become of the fleet.
 */
final class ForecastScaling {
    /**
     * The share of work that may be left waiting by a shrink, times the price of a miss. It was
     * chosen by the simulator, on ServeGen's m-large and on the Azure hour.
     */
    private static final double MISS_SHARE_BY_PRICE = 0.3;

    /** Over about such a time a replica's work rate is its capacity. */
    private static final Duration CAPACITY_WINDOW = Duration.ofSeconds(30);

    private final Situation s;
    private final DeploymentState d;
    private final Draft.Deployed memory;
    private final ForecastPolicy policy;
    private final Outlook outlook;
    private final Duration leadTime;
    private final int lead;
    private final ReplicaLadder ladder;
    private final boolean acts;

    /** The count that it goes on from. */
    private final int wanted;

    private ForecastScaling(
            Situation s,
            DeploymentState d,
            Draft.Deployed memory,
            Outlook outlook,
            ReplicaCapacity capacity,
            Duration leadTime) {
        this.s = s;
        this.d = d;
        this.memory = memory;
        this.outlook = outlook;
        this.leadTime = leadTime;
        policy = s.policies.forecastingOf(d.spec().id());
        acts = s.policies.autonomyOfForecasts(d.spec().id()) == Autonomy.AUTO;
        if (acts) {
            memory.advised.clear();
        }
        wanted = memory.advised.isEmpty() ? memory.wanted : memory.advised.getLast().replicas();
        var forecast = outlook.forecast();
        int passed = (int) (age().toNanos() / forecast.step().toNanos());
        var ready = s.now.plus(leadTime);
        lead = stepsUntil(forecast, ready) - passed;
        ladder =
                ReplicaLadder.of(
                        demand(forecast, capacity, passed),
                        lead,
                        Math.max(1, d.spec().maxReplicas()),
                        new ReplicaLadder.Prices(1, 1, policy.missPrice(), 0));
    }

    /** Null where there is no forecast to act on; why is told where there is one. */
    static @Nullable ForecastScaling of(Situation s, DeploymentState d, Draft.Deployed memory) {
        var outlook = s.forecasts.outlooks().get(d.spec().id());
        if (outlook == null || s.policies.autonomyOfForecasts(d.spec().id()) == Autonomy.OBSERVE) {
            forget(memory);
            return null;
        }
        var policy = s.policies.forecastingOf(d.spec().id());
        var capacity = outlook.capacity();
        var leadTime = outlook.startups().quantile(policy.leadQuantile());
        var why = unusable(outlook, policy, s.now);
        if (why != null || capacity == null || leadTime.isEmpty()) {
            s.outcome.hold(
                    d.spec().id(),
                    Reason.FORECAST_UNUSABLE,
                    "Scale %s by its present load: %s.".formatted(d.spec().id(), why),
                    List.of());
            forget(memory);
            return null;
        }
        return new ForecastScaling(s, d, memory, outlook, capacity, leadTime.get());
    }

    private static void forget(Draft.Deployed memory) {
        memory.forecastNeeds.clear();
        memory.advised.clear();
        memory.experts = List.of();
        memory.expertsAt = null;
    }

    /** Why a forecast is not acted on; null where it may be. */
    static @Nullable String unusable(Outlook outlook, ForecastPolicy policy, Instant now) {
        var forecast = outlook.forecast();
        var error = outlook.error();
        var leadTime = outlook.startups().quantile(policy.leadQuantile()).orElse(null);
        var age = Duration.between(forecast.origin(), now);
        if (age.isNegative() || age.compareTo(policy.maxAge()) > 0) {
            return "the forecast's origin is %d s old".formatted(age.toSeconds());
        }
        if (error == null || error.landed() < policy.minLanded()) {
            return "of the forecasts only %d outcomes have landed, of %d that are needed"
                    .formatted(error == null ? 0 : error.landed(), policy.minLanded());
        }
        if (outlook.capacity() == null) {
            return "the capacity of a replica is not known yet";
        }
        if (leadTime == null) {
            return "no start-up has been measured yet";
        }
        if (!now.plus(leadTime).plus(forecast.step()).isBefore(forecast.end())) {
            return "the forecast ends before a replica ordered now serves (%d s)"
                    .formatted(leadTime.toSeconds());
        }
        return forecast.of(Indicator.PREFILL_TOKENS) == null
                        || forecast.of(Indicator.DECODE_TOKENS) == null
                ? "the forecast is not of token work"
                : null;
    }

    private Duration age() {
        return Duration.between(outlook.forecast().origin(), s.now);
    }

    /** Steps of the forecast that begin before this moment. */
    private static int stepsUntil(Forecast forecast, Instant moment) {
        long step = forecast.step().toNanos();
        long nanos = Duration.between(forecast.origin(), moment).toNanos();
        return (int) ((nanos + step - 1) / step);
    }

    /** Replicas kept busy, by [path][step from now]. */
    private static double[][] demand(Forecast forecast, ReplicaCapacity capacity, int passed) {
        var prefill = forecast.of(Indicator.PREFILL_TOKENS);
        var decode = forecast.of(Indicator.DECODE_TOKENS);
        if (prefill == null || decode == null) {
            throw new IllegalStateException("A forecast without token work is not used.");
        }
        var demand = new double[forecast.paths()][forecast.steps() - passed];
        for (int k = 0; k < demand.length; k++) {
            var p = prefill.paths().get(k);
            var t = decode.paths().get(k);
            for (int h = 0; h < demand[k].length; h++) {
                demand[k][h] = capacity.replicasFor(p.get(h + passed), t.get(h + passed));
            }
        }
        return withoutShortNoise(demand, forecast.step());
    }

    /**
     * Deviations from the mean course, averaged over {@link #CAPACITY_WINDOW}: what comes and goes
     * within it is part of what the capacity of a replica was measured under, and would be counted
     * twice. The mean course stays: a rise that is expected is not blurred.
     */
    private static double[][] withoutShortNoise(double[][] demand, Duration step) {
        int reach = (int) (CAPACITY_WINDOW.toNanos() / step.toNanos() / 2);
        var mean = new double[demand[0].length];
        for (var path : demand) {
            for (int h = 0; h < mean.length; h++) {
                mean[h] += path[h] / demand.length;
            }
        }
        var smooth = new double[demand.length][mean.length];
        for (int k = 0; k < demand.length; k++) {
            for (int h = 0; h < mean.length; h++) {
                int from = Math.max(0, h - reach);
                int to = Math.min(mean.length, h + reach + 1);
                double deviation = 0;
                for (int i = from; i < to; i++) {
                    deviation += (demand[k][i] - mean[i]) / (to - from);
                }
                smooth[k][h] = Math.max(0, mean[h] + deviation);
            }
        }
        return smooth;
    }

    /**
     * AT_LEAST the forecast's and the floor's count, AT_MOST what the hold before a shrink left.
     */
    List<Proposal> propose() {
        int floor = Math.max(floor(), d.spec().minReplicas());
        int best = followed();
        int need = Math.max(floor, best);
        int most = Held.most(memory.forecastNeeds, s.now, need, wanted, policy.shrinkHold());
        var proposals = new ArrayList<Proposal>();
        if (need > wanted) {
            proposals.add(
                    new Proposal(
                            Proposal.Kind.AT_LEAST,
                            need,
                            floor >= best ? Reason.DEMAND_ABOVE_TARGET : Reason.FORECAST_ABOVE,
                            floor >= best ? floorText() : text(need),
                            inputs()));
        }
        int least = leastWithinSlo(most);
        if (least < wanted) {
            proposals.add(
                    new Proposal(
                            Proposal.Kind.AT_MOST,
                            least,
                            Reason.FORECAST_BELOW,
                            text(least),
                            inputs()));
        }
        return proposals;
    }

    /** The count of the rule that has been the cheapest of late; records grow by whole steps. */
    private int followed() {
        var before = memory.expertsAt;
        if (before == null || !before.plus(outlook.forecast().step()).isAfter(s.now)) {
            memory.experts =
                    Experts.next(
                            before == null ? Experts.first(wanted) : memory.experts,
                            present(before));
            memory.expertsAt = s.now;
        }
        var leader = memory.experts.getFirst();
        return leader.rule().equals(Experts.FORECAST)
                ? Math.min(ladder.choose(readyIn()), d.spec().maxReplicas())
                : leader.wanted();
    }

    private Experts.Present present(@Nullable Instant before) {
        return new Experts.Present(
                s.now,
                before,
                ladder.demand(0),
                policy.missPrice(),
                leadTime,
                policy.shrinkHold(),
                d.spec().minReplicas(),
                d.spec().maxReplicas(),
                ready -> ladder.choose(ready.stream().map(this::steps).toList()));
    }

    /** Requests that are there now need so many, whatever is forecast. */
    private int floor() {
        double places = d.spec().maxSequences() * policy.floorUtilization();
        return (int) Math.min(1_000_000, StrictMath.ceil(load() / places - 1e-9));
    }

    private double load() {
        var inFlight = d.demand().inFlight();
        var queued = d.demand().queued();
        return (inFlight == null ? 0 : inFlight.value()) + (queued == null ? 0 : queued.value());
    }

    /** Steps until each replica that was ordered is READY, ascending. */
    private List<Integer> readyIn() {
        if (!acts) {
            return advisedReadyIn();
        }
        var steps = new ArrayList<Integer>();
        for (var member : s.membersOf(d.spec().id())) {
            if (member.isReady()) {
                steps.add(0);
            } else if (!member.isDraining()) {
                steps.add(Math.max(1, stepsUntilReady(member.since())));
            }
        }
        while (steps.size() < memory.wanted) {
            steps.add(lead);
        }
        steps.sort(null);
        return steps.subList(0, Math.min(steps.size(), memory.wanted));
    }

    /** The same of those that were advised: each ordered when the count last rose above it. */
    private List<Integer> advisedReadyIn() {
        var steps = new ArrayList<Integer>();
        for (int k = 0; k < wanted; k++) {
            int at = memory.advised.size();
            while (at > 0 && memory.advised.get(at - 1).replicas() > k) {
                at--;
            }
            steps.add(
                    at < memory.advised.size() ? stepsUntilReady(memory.advised.get(at).at()) : 0);
        }
        return steps;
    }

    private int stepsUntilReady(Instant ordered) {
        return steps(Duration.between(s.now, ordered.plus(leadTime)));
    }

    /** Steps of the forecast until then, up to those that an order takes. */
    private int steps(Duration left) {
        long step = outlook.forecast().step().toNanos();
        return (int) Math.max(0, Math.min(lead, (left.toNanos() + step - 1) / step));
    }

    /** At least {@code most}, and enough for the service level until a new order would serve. */
    private int leastWithinSlo(int most) {
        int replicas = most;
        while (replicas < wanted
                && ladder.candidate(replicas, 0).unserved()
                        > MISS_SHARE_BY_PRICE / policy.missPrice()) {
            replicas++;
        }
        return replicas;
    }

    private String text(int replicas) {
        var candidate = ladder.candidate(replicas, lead);
        return "%s replicas' worth of work is forecast for the %d s after a start of %d s; %d leave %s of it waiting"
                .formatted(
                        number(meanDemand()),
                        outlook.forecast().step().multipliedBy(ladder.steps() - lead).toSeconds(),
                        leadTime.toSeconds(),
                        replicas,
                        percent(candidate.unserved()));
    }

    private String floorText() {
        return "%s requests are there, more than %s of the places of %d replicas, whatever is forecast"
                .formatted(number(load()), percent(policy.floorUtilization()), wanted);
    }

    private double meanDemand() {
        double sum = 0;
        for (int h = lead; h < ladder.steps(); h++) {
            sum += ladder.demand(h);
        }
        return sum / (ladder.steps() - lead);
    }

    boolean mayAct() {
        return acts;
    }

    /** Expected work once a start would be done, in replicas, with the forecast's age. */
    Decision.Input expected() {
        return new Decision.Input(Scaling.EXPECTED, meanDemand(), age().toMillis());
    }

    /** Tells what would be done, each time that it changes. */
    void advise() {
        if (memory.advised.isEmpty()) {
            memory.advised.add(new Need(s.now.minus(leadTime), wanted));
        }
        var verdict =
                Arbiter.merge(wanted, propose(), d.spec().minReplicas(), d.spec().maxReplicas());
        var because = verdict.because();
        if (because == null || verdict.replicas() == wanted) {
            return;
        }
        remember(verdict.replicas());
        s.outcome.decide(
                new Decision(
                        d.spec().id(),
                        List.of(),
                        Reason.AUTONOMY,
                        "Scaling %s from %d to %d is advised and not done, since forecasts may only advise: %s."
                                .formatted(
                                        d.spec().id(), wanted, verdict.replicas(), because.text()),
                        because.inputs(),
                        rejected(verdict.replicas())));
    }

    /** Notes an advised count; of the earlier ones those that a start may still wait for. */
    private void remember(int replicas) {
        var advised = memory.advised;
        advised.add(new Need(s.now, replicas));
        while (advised.size() > 1 && !advised.get(1).at().plus(leadTime).isAfter(s.now)) {
            advised.removeFirst();
        }
    }

    private List<Decision.Input> inputs() {
        var forecast = outlook.forecast();
        long age = age().toMillis();
        var inputs = new ArrayList<Decision.Input>();
        inputs.add(new Decision.Input("forecastReplicasNow", ladder.demand(0), age));
        inputs.add(expected());
        for (var e : forecast.indicators().entrySet()) {
            var name = e.getKey().name().toLowerCase(Locale.ROOT);
            int last = forecast.steps();
            inputs.add(
                    new Decision.Input(
                            name + "PerSecondPeakQ50",
                            e.getValue().quantileOfMax(0.5, 0, last),
                            age));
            inputs.add(
                    new Decision.Input(
                            name + "PerSecondPeakQ90",
                            e.getValue().quantileOfMax(0.9, 0, last),
                            age));
        }
        var capacity = outlook.capacity();
        if (capacity != null) {
            inputs.add(input("capacityPrefillTokensPerSecond", capacity.prefillTokensPerSecond()));
            inputs.add(input("capacityDecodeTokensPerSecond", capacity.decodeTokensPerSecond()));
        }
        var error = outlook.error();
        if (error != null) {
            inputs.add(input("forecastWape", error.wape()));
            inputs.add(input("forecastCoverage80", error.coverage80()));
        }
        inputs.add(input("leadSeconds", leadTime.toMillis() / 1e3));
        inputs.add(input("missPrice", policy.missPrice()));
        inputs.add(input("requestsThere", load()));
        inputs.add(input("wantedReplicas", memory.wanted));
        if (!acts) {
            inputs.add(input("advisedReplicas", wanted));
        }
        inputs.add(input("readyReplicas", s.readyOf(d.spec().id())));
        return inputs;
    }

    private static Decision.Input input(String name, double value) {
        return new Decision.Input(name, value, null);
    }

    /** The neighbours of the count that was chosen: their price a step and what ruled them out. */
    List<Decision.Rejected> rejected(int to) {
        var rejected = new ArrayList<Decision.Rejected>();
        double chosen = ladder.candidate(to, lead).cost();
        for (int n : new int[] {to - 1, to + 1}) {
            if (n < 0) {
                continue;
            }
            var candidate = ladder.candidate(n, lead);
            String constraint;
            if (n < d.spec().minReplicas()) {
                constraint = "replicas >= minReplicas (%d)".formatted(d.spec().minReplicas());
            } else if (n > d.spec().maxReplicas()) {
                constraint = "replicas <= maxReplicas (%d)".formatted(d.spec().maxReplicas());
            } else {
                constraint =
                        "costs %s replicas a step, misses included at %s each; %d cost %s; %s of the work would wait"
                                .formatted(
                                        number(candidate.cost()),
                                        number(policy.missPrice()),
                                        to,
                                        number(chosen),
                                        percent(candidate.unserved()));
            }
            rejected.add(
                    new Decision.Rejected(
                            n + " replicas",
                            (double) n,
                            n == 0 ? null : meanDemand() / n,
                            constraint));
        }
        return rejected;
    }

    private static String number(double value) {
        return value == StrictMath.rint(value)
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.2f", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }
}
