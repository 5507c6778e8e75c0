package dev.keelson.core.plan;

import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.policy.AutoscalingPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reactive scaling by concurrency: so many replicas that the requests that are there use the target
 * share of their places; the rest is room for bursts. KV use above its target asks for one more. It
 * grows on what is there now and shrinks on the most that was there within the hold, which lasts
 * several measured start-ups: a replica goes only if the others would have met the target all that
 * time. Missing or old readings hold the count: they are never taken for zero.
 */
final class Autoscale {
    private final Situation s;
    private final DeploymentState d;
    private final Draft.Deployed memory;
    private final AutoscalingPolicy policy;
    private final Duration scaleInHold;
    private final @Nullable Double kv;

    private record Load(double inFlight, double queued) {
        double requests() {
            return inFlight + queued;
        }
    }

    private Autoscale(Situation s, DeploymentState d, Draft.Deployed memory) {
        this.s = s;
        this.d = d;
        this.memory = memory;
        policy = s.policies.autoscalingOf(d.spec().id());
        scaleInHold = scaleInHold(policy, memory.leadTime);
        kv = meanKvUse(s, d);
    }

    private static Duration scaleInHold(AutoscalingPolicy policy, @Nullable Duration leadTime) {
        var starts =
                leadTime == null ? Duration.ZERO : leadTime.multipliedBy(policy.scaleInStarts());
        return starts.compareTo(policy.scaleInHold()) > 0 ? starts : policy.scaleInHold();
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
        var load = new Load(inFlight.value(), queued.value());
        var proposals = new ArrayList<Proposal>();
        scaleOut(load, inputs).ifPresent(proposals::add);
        scaleIn(load, inputs).ifPresent(proposals::add);
        return proposals;
    }

    private Optional<Proposal> scaleOut(Load load, List<Decision.Input> inputs) {
        int needed = needed(load, 1 + policy.tolerance());
        // One more at a time: those that start have not taken their part of it yet.
        var kvIsShort =
                kv != null
                        && kv > policy.targetKvUse()
                        && s.readyOf(d.spec().id()) >= memory.wanted;
        if (needed <= memory.wanted && !kvIsShort) {
            memory.aboveSince = null;
            return Optional.empty();
        }
        if (memory.aboveSince == null) {
            memory.aboveSince = s.now;
        }
        if (s.now.isBefore(memory.aboveSince.plus(policy.scaleOutHold()))) {
            return Optional.empty();
        }
        int want = Math.max(needed(load, 1), memory.wanted + 1);
        int to = Math.min(want, memory.wanted + policy.maxStep());
        var text =
                needed > memory.wanted
                        ? "%s requests at %d replicas with %d places each are above the target of %s"
                                .formatted(
                                        number(load.requests()),
                                        memory.wanted,
                                        d.spec().maxSequences(),
                                        percent(policy.targetUtilization()))
                        : "KV use of %s is above the target of %s"
                                .formatted(
                                        percent(kv == null ? 0 : kv),
                                        percent(policy.targetKvUse()));
        return Optional.of(
                proposal(Proposal.Kind.AT_LEAST, to, Reason.DEMAND_ABOVE_TARGET, text, inputs));
    }

    private Optional<Proposal> scaleIn(Load load, List<Decision.Input> inputs) {
        int now = needed(load, 1);
        if (kv != null && kv > policy.targetKvUse() * (1 - policy.tolerance())) {
            now = Math.max(now, memory.wanted);
        }
        int most = remember(now);
        var oldest = memory.needs.getFirst().at();
        if (most >= memory.wanted || oldest.plus(scaleInHold).isAfter(s.now)) {
            return Optional.empty();
        }
        return Optional.of(
                proposal(
                        Proposal.Kind.AT_MOST,
                        most,
                        Reason.DEMAND_BELOW_TARGET,
                        "for %d s at most %d replicas were needed; now %s requests are there"
                                .formatted(scaleInHold.toSeconds(), most, number(load.requests())),
                        inputs));
    }

    /**
     * Replicas at which the requests that are there would use {@code target x band} of the places.
     *
     * <p>A batch makes its requests slower: with u of its places in use a replica takes 1 + (s - 1)
     * u times as long for a request as alone, s being {@code fullSlowdown}. By Little's law its
     * throughput then goes with u / (1 + (s - 1) u), and n replicas at use u serve as much as m at
     * target t where m = n u / t x (1 + (s - 1) t) / (1 + (s - 1) u). So a fleet with too many
     * replicas looks emptier than it is, and one with too few fuller. What waits for a place slows
     * nobody down and counts as it is.
     */
    private int needed(Load load, double band) {
        double target = policy.targetUtilization() * band;
        double slower = policy.fullSlowdown() - 1;
        double places = (double) s.readyOf(d.spec().id()) * d.spec().maxSequences();
        double placed = Math.min(load.inFlight, places);
        double use = places == 0 ? 0 : placed / places;
        double waiting = load.requests() - placed;
        double slowed = placed * (1 + slower * target) / (1 + slower * use);
        double replicas = (slowed + waiting) / (d.spec().maxSequences() * target);
        return (int) Math.min(StrictMath.ceil(replicas - 1e-9), 1_000_000);
    }

    /** The most that was needed within the hold before a shrink. */
    private int remember(int need) {
        int bounded = Math.max(d.spec().minReplicas(), Math.min(need, d.spec().maxReplicas()));
        return Held.most(memory.needs, s.now, bounded, memory.wanted, scaleInHold);
    }

    private static @Nullable Double meanKvUse(Situation s, DeploymentState d) {
        double sum = 0;
        int known = 0;
        for (Replica r : s.replicasOf(d.spec().id())) {
            var use = r.load().kvUse();
            if (r.state() == ReplicaState.READY && use != null) {
                sum += use;
                known++;
            }
        }
        return known == 0 ? null : sum / known;
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
        inputs.add(new Decision.Input("kvUse", kv, null));
        inputs.add(new Decision.Input("leadTimeSeconds", seconds(memory.leadTime), null));
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

    private static @Nullable Double seconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis() / 1e3;
    }

    private static String percent(double share) {
        return StrictMath.round(share * 100) + " %";
    }
}
