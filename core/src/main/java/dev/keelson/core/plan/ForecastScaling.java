package dev.keelson.core.plan;

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
import org.jspecify.annotations.Nullable;

/**
 * Scaling on what is forecast: the count that is cheapest over the lead time and the steps after it
 * ({@link ReplicaLadder}), demand being token work ({@link ForecastDemand}). Present load is a
 * floor that no forecast undercuts, and a shrink waits for a hold and for the forecast to be served
 * within the service level by one replica fewer. It acts on no forecast that is absent, too old, or
 * of a source whose outcomes have not landed yet ({@link ForecastUse}). Where it may only advise it
 * goes on from the count that it advised before, not from the one that there is: so the advice
 * tells what would have become of the fleet.
 */
final class ForecastScaling {
    /**
     * The share of work that may be left waiting by a shrink, times the price of a miss. It was
     * chosen by the simulator, on ServeGen's m-large and on the Azure hour.
     */
    private static final double MISS_SHARE_BY_PRICE = 0.3;

    private final Situation s;
    private final DeploymentState d;
    private final Draft.Deployed memory;
    private final ForecastPolicy policy;
    private final ReplicaCapacity capacity;
    private final ForecastHorizon horizon;
    private final ReplicaLadder ladder;
    private final boolean acts;

    /** The count that it goes on from. */
    private final int wanted;

    private final ForecastReasons reasons;

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
        this.capacity = capacity;
        policy = s.policies.forecastingOf(d.spec().id());
        acts = s.arbiter.letsForecastsAct(d.spec().id());
        if (acts) {
            memory.advised.clear();
        }
        wanted = memory.advised.isEmpty() ? memory.wanted : memory.advised.getLast().replicas();
        horizon = new ForecastHorizon(s.now, outlook.forecast(), leadTime);
        ladder =
                ReplicaLadder.of(
                        ForecastDemand.of(outlook.forecast(), capacity, horizon.passed()),
                        horizon.lead(),
                        Math.max(1, d.spec().maxReplicas()),
                        new ReplicaLadder.Prices(1, 1, policy.missPrice(), 0));
        reasons = new ForecastReasons(s, d, memory, policy, outlook, horizon, ladder, acts, wanted);
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
        var leadTime = outlook.startups().quantile(policy.leadQuantile(), s.tiersForReplicas());
        var why = ForecastUse.unusable(outlook, policy, s.now, leadTime.orElse(null));
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

    boolean mayAct() {
        return acts;
    }

    /** Expected work once a start would be done, in replicas, with the forecast's age. */
    Decision.Input expected() {
        return reasons.expected();
    }

    /** The neighbours of the count that was chosen: their price a step and what ruled them out. */
    List<Decision.Rejected> rejected(int to) {
        return reasons.rejected(to);
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
                            floor >= best ? reasons.floorText() : reasons.forecastText(need),
                            reasons.inputs()));
        }
        int least = wanted > d.spec().minReplicas() ? leastWithinSlo(most) : wanted;
        if (least < wanted) {
            proposals.add(
                    new Proposal(
                            Proposal.Kind.AT_MOST,
                            least,
                            Reason.FORECAST_BELOW,
                            reasons.forecastText(least),
                            reasons.inputs()));
        }
        return proposals;
    }

    /**
     * Requests that are there now need so many, whatever is forecast: each has a place, or gets one
     * within the service level's time to first token.
     */
    private int floor() {
        double places = d.spec().maxSequences() * policy.floorUtilization();
        double started =
                capacity.requestsIn(
                        d.spec().slo().ttft(),
                        horizon.present(Indicator.REQUESTS),
                        horizon.present(Indicator.PREFILL_TOKENS),
                        horizon.present(Indicator.DECODE_TOKENS));
        return (int)
                Math.min(1_000_000, StrictMath.ceil(reasons.load() / (places + started) - 1e-9));
    }

    /**
     * The count of the rule that has been the cheapest of late. Records grow by whole steps; while
     * nothing in them changes they rest as they are, and so does the memory that is kept of them.
     */
    private int followed() {
        var before = memory.expertsAt;
        if (before == null || !before.plus(horizon.forecast().step()).isAfter(s.now)) {
            var past = before == null ? Experts.first(wanted) : memory.experts;
            var next = Experts.next(past, present(before));
            if (before == null || !next.equals(past)) {
                memory.experts = next;
                memory.expertsAt = s.now;
            }
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
                horizon.leadTime(),
                policy.shrinkHold(),
                d.spec().minReplicas(),
                d.spec().maxReplicas(),
                ready -> ladder.choose(ready.stream().map(horizon::steps).toList()));
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
                steps.add(Math.max(1, horizon.stepsUntilReady(member.since())));
            }
        }
        while (steps.size() < memory.wanted) {
            steps.add(horizon.lead());
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
                    at < memory.advised.size()
                            ? horizon.stepsUntilReady(memory.advised.get(at).at())
                            : 0);
        }
        return steps;
    }

    /** Tells what would be done, each time that it changes. */
    void advise() {
        if (memory.advised.isEmpty()) {
            memory.advised.add(new Need(s.now.minus(horizon.leadTime()), wanted));
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
        while (advised.size() > 1 && !advised.get(1).at().plus(horizon.leadTime()).isAfter(s.now)) {
            advised.removeFirst();
        }
    }
}
