package dev.keelson.core.plan;

import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.plan.PlannerMemory.Need;
import dev.keelson.core.policy.AutoscalingPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reactive scaling by concurrency: replicas = ceil(load / (maxSequences x target)), load being
 * requests at replicas plus requests waiting (Little's law gives the places that are taken; the
 * target leaves room for bursts). KV use above its target asks for one more. Missing or old
 * readings hold the count: they are never taken for zero.
 */
final class Autoscale {
    private final Situation s;
    private final DeploymentState d;
    private final Draft.Deployed memory;
    private final AutoscalingPolicy policy;

    private Autoscale(Situation s, DeploymentState d, Draft.Deployed memory) {
        this.s = s;
        this.d = d;
        this.memory = memory;
        policy = s.policies.autoscalingOf(d.spec().id());
    }

    static List<Proposal> propose(Situation s, DeploymentState d, Draft.Deployed memory) {
        return new Autoscale(s, d, memory).propose();
    }

    private List<Proposal> propose() {
        var inputs = inputs();
        var inFlight = d.demand().inFlight();
        var queued = d.demand().queued();
        if (inFlight == null || queued == null || !isFresh(inFlight) || !isFresh(queued)) {
            memory.aboveSince = null;
            remember(memory.wanted);
            s.outcome.hold(
                    d.spec().id(),
                    Reason.STALE_INPUT,
                    "Keep %d replicas of %s: no reading of its requests is younger than %d s."
                            .formatted(
                                    memory.wanted, d.spec().id(), policy.maxInputAge().toSeconds()),
                    inputs);
            return List.of(
                    proposal(Proposal.Kind.REJECT, memory.wanted, Reason.STALE_INPUT, "", inputs));
        }
        double load = inFlight.value() + queued.value();
        var proposals = new ArrayList<Proposal>();
        scaleOut(load, inputs).ifPresent(proposals::add);
        scaleIn(load, inputs).ifPresent(proposals::add);
        return proposals;
    }

    private java.util.Optional<Proposal> scaleOut(double load, List<Decision.Input> inputs) {
        int needed = needed(load, 1 + policy.tolerance());
        var kv = meanKvUse();
        var kvIsShort = kv != null && kv > policy.targetKvUse();
        if (needed <= memory.wanted && !kvIsShort) {
            memory.aboveSince = null;
            return java.util.Optional.empty();
        }
        if (memory.aboveSince == null) {
            memory.aboveSince = s.now;
        }
        if (s.now.isBefore(memory.aboveSince.plus(policy.scaleOutHold()))) {
            return java.util.Optional.empty();
        }
        int want = Math.max(needed(load, 1), memory.wanted + 1);
        int to = Math.min(want, memory.wanted + policy.maxStep());
        var text =
                needed > memory.wanted
                        ? "%s requests at %d replicas with %d places each are above the target of %s"
                                .formatted(
                                        number(load),
                                        memory.wanted,
                                        d.spec().maxSequences(),
                                        percent(policy.targetUtilization()))
                        : "KV use of %s is above the target of %s"
                                .formatted(
                                        percent(kv == null ? 0 : kv),
                                        percent(policy.targetKvUse()));
        return java.util.Optional.of(
                proposal(Proposal.Kind.AT_LEAST, to, Reason.DEMAND_ABOVE_TARGET, text, inputs));
    }

    private java.util.Optional<Proposal> scaleIn(double load, List<Decision.Input> inputs) {
        var kv = meanKvUse();
        int now = needed(load, 1 - policy.tolerance());
        if (kv != null && kv > policy.targetKvUse() * (1 - policy.tolerance())) {
            now = Math.max(now, memory.wanted);
        }
        remember(now);
        int most = memory.needs.stream().mapToInt(Need::replicas).max().orElse(memory.wanted);
        var oldest = memory.needs.getFirst().at();
        if (most >= memory.wanted || oldest.plus(policy.scaleInHold()).isAfter(s.now)) {
            return java.util.Optional.empty();
        }
        return java.util.Optional.of(
                proposal(
                        Proposal.Kind.AT_MOST,
                        most,
                        Reason.DEMAND_BELOW_TARGET,
                        "for %d s at most %d replicas were needed; now %s requests are there"
                                .formatted(policy.scaleInHold().toSeconds(), most, number(load)),
                        inputs));
    }

    /** ceil(load / (maxSequences x target x band)), from 0. */
    private int needed(double load, double band) {
        double places = d.spec().maxSequences() * policy.targetUtilization() * band;
        double replicas = StrictMath.ceil(load / places - 1e-9);
        return (int) Math.min(replicas, 1_000_000);
    }

    /**
     * Keeps the highest needs of the hold window, newest last and strictly falling: an older and
     * lower one can no longer be the maximum. So steady demand leaves the memory as it is.
     */
    private void remember(int need) {
        int bounded = Math.max(d.spec().minReplicas(), Math.min(need, d.spec().maxReplicas()));
        var needs = memory.needs;
        if (needs.isEmpty()) {
            needs.add(new Need(s.now, Math.max(bounded, memory.wanted)));
        }
        var at = s.now;
        while (!needs.isEmpty() && needs.getLast().replicas() <= bounded) {
            at = needs.removeLast().at();
        }
        needs.add(new Need(at, bounded));
        while (needs.size() > 1 && !needs.get(1).at().plus(policy.scaleInHold()).isAfter(s.now)) {
            needs.removeFirst();
        }
    }

    private @Nullable Double meanKvUse() {
        var uses =
                s.state.replicas().values().stream()
                        .filter(r ->
                                r.deployment().equals(d.spec().id())
                                        && r.state() == ReplicaState.READY)
                        .map(r -> r.load().kvUse())
                        .filter(java.util.Objects::nonNull)
                        .collect(Collectors.toList());
        return uses.isEmpty() ? null : uses.stream().mapToDouble(u -> u).sum() / uses.size();
    }

    private boolean isFresh(Reading reading) {
        return Duration.between(reading.at(), s.now).compareTo(policy.maxInputAge()) <= 0;
    }

    private List<Decision.Input> inputs() {
        var inputs = new ArrayList<Decision.Input>();
        inputs.add(input("inFlight", d.demand().inFlight()));
        inputs.add(input("queued", d.demand().queued()));
        inputs.add(input("arrivalsPerSecond", d.demand().arrivalsPerSecond()));
        inputs.add(input("outputTokensPerSecond", d.demand().outputTokensPerSecond()));
        inputs.add(input("ttftP99Seconds", d.demand().ttftP99Seconds()));
        inputs.add(new Decision.Input("kvUse", meanKvUse(), null));
        inputs.add(new Decision.Input("wantedReplicas", (double) memory.wanted, null));
        inputs.add(new Decision.Input("readyReplicas", (double) s.readyOf(d.spec().id()), null));
        return inputs;
    }

    private Decision.Input input(String name, @Nullable Reading reading) {
        return reading == null
                ? new Decision.Input(name, null, null)
                : new Decision.Input(
                        name, reading.value(), Duration.between(reading.at(), s.now).toMillis());
    }

    /** The neighbours of the count that was chosen, and what spoke against each. */
    static List<Decision.Rejected> rejected(Situation s, DeploymentState d, int to) {
        var rejected = new ArrayList<Decision.Rejected>();
        var policy = s.policies.autoscalingOf(d.spec().id());
        for (int n : new int[] {to - 1, to + 1}) {
            if (n < 0) {
                continue;
            }
            var use = utilization(d, n);
            String constraint;
            if (n < d.spec().minReplicas()) {
                constraint = "replicas >= minReplicas (%d)".formatted(d.spec().minReplicas());
            } else if (n > d.spec().maxReplicas()) {
                constraint = "replicas <= maxReplicas (%d)".formatted(d.spec().maxReplicas());
            } else if (n < to) {
                constraint =
                        "utilization <= targetUtilization (%s) over the hold"
                                .formatted(percent(policy.targetUtilization()));
            } else {
                constraint = "no more replicas than the target needs";
            }
            rejected.add(new Decision.Rejected(n + " replicas", (double) n, use, constraint));
        }
        return rejected;
    }

    private static @Nullable Double utilization(DeploymentState d, int replicas) {
        var inFlight = d.demand().inFlight();
        var queued = d.demand().queued();
        if (inFlight == null || queued == null || replicas == 0) {
            return null;
        }
        return (inFlight.value() + queued.value()) / ((double) replicas * d.spec().maxSequences());
    }

    private static Proposal proposal(
            Proposal.Kind kind,
            int replicas,
            Reason code,
            String text,
            List<Decision.Input> inputs) {
        return new Proposal(kind, replicas, code, text, inputs);
    }

    private static String number(double value) {
        return value == StrictMath.rint(value)
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String percent(double share) {
        return StrictMath.round(share * 100) + " %";
    }
}
