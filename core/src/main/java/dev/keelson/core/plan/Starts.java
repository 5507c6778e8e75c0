package dev.keelson.core.plan;

import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.plan.PlannerMemory.Cause;
import dev.keelson.core.plan.PlannerMemory.Start;
import dev.keelson.core.policy.ActionClass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts the replicas that one deployment is missing, each where {@link Placement} says. */
final class Starts {
    private static final int REJECTED_NODES = 4;

    private final Situation s;
    private final Deployment spec;
    private final KindCosts costs;
    private final Draft.Deployed m;
    private final ReplicaSet set;
    private @Nullable Placement placement;

    Starts(Situation s, Deployment spec, KindCosts costs, Draft.Deployed m, ReplicaSet set) {
        this.s = s;
        this.spec = spec;
        this.costs = costs;
        this.m = m;
        this.set = set;
    }

    /**
     * @return replicas that found no room
     */
    int start() {
        var staying = set.staying();
        int missing = m.wanted - staying.size();
        if (missing <= 0) {
            if (set.ready(staying) >= m.wanted && set.members().stream().allMatch(set::counts)) {
                m.cause = null;
            }
            return surge(staying);
        }
        var cause =
                m.cause != null
                        ? m.cause
                        : new Cause(
                                Reason.BELOW_MINIMUM,
                                "%d of %d wanted replicas are missing"
                                        .formatted(missing, m.wanted));
        int revision = isProven(staying) ? set.newest : m.serving;
        return mayStart(staying, revision, cause) ? start(missing, revision, cause) : 0;
    }

    /** A new revision that has come in so far takes the place of what is missing. */
    private boolean isProven(List<Member> staying) {
        return set.rolling
                && staying.stream().anyMatch(x -> x.revision() == set.newest && x.isReady());
    }

    private boolean mayStart(List<Member> staying, int revision, Cause cause) {
        if (m.bad.contains(m.serving)) {
            s.outcome.hold(
                    spec.id(),
                    Reason.BAD_REVISION,
                    "none",
                    "Start nothing of %s: no revision is known good.".formatted(spec.id()),
                    List.of());
            return false;
        }
        if (isBackedOff() || isTrying(staying)) {
            return false;
        }
        boolean departing = cause.code() == Reason.SPOT_NOTICE;
        if (!departing && CrashLoop.holds(s, spec.id(), m, revision)) {
            return false;
        }
        if (s.breakerIsOpen() && !departing) {
            s.outcome.hold(
                    spec.id(),
                    Reason.BREAKER_OPEN,
                    "",
                    "Start no replica of %s: the breaker is open.".formatted(spec.id()),
                    List.of());
            return false;
        }
        var actionClass = departing ? ActionClass.SPOT : ActionClass.RECOVER;
        return s.arbiter.permits(actionClass, spec.id(), "Starting a replica of " + spec.id());
    }

    private int start(int missing, int revision, Cause cause) {
        // After a failed start only one is tried at a time.
        int atOnce = hasFailed() ? 1 : missing;
        for (int i = 0; i < atOnce; i++) {
            if (!startOne(revision, cause)) {
                return missing - i;
            }
        }
        return 0;
    }

    /** The one start that is tried after a failed one is under way. */
    private boolean isTrying(List<Member> staying) {
        return hasFailed() && staying.stream().anyMatch(x -> !x.isReady());
    }

    private boolean hasFailed() {
        return m.startFailures.getOrDefault(m.serving, 0) > 0;
    }

    private boolean isBackedOff() {
        return m.notBefore != null && s.now.isBefore(m.notBefore);
    }

    /**
     * One more than wanted while a new revision comes in: it must be READY before an old one goes.
     */
    private int surge(List<Member> staying) {
        if (!set.rolling
                || staying.size() > m.wanted
                || isBackedOff()
                || CrashLoop.holds(s, spec.id(), m, set.newest)) {
            return 0;
        }
        long fresh = staying.stream().filter(x -> x.revision() == set.newest).count();
        boolean allReady = set.ready(staying) == staying.size();
        if (fresh >= m.wanted || !allReady) {
            return 0;
        }
        var cause =
                new Cause(
                        Reason.NEW_REVISION,
                        "revision %d replaces revision %d".formatted(set.newest, m.serving));
        return startOne(set.newest, cause) ? 0 : 1;
    }

    private boolean startOne(int revision, Cause cause) {
        if (placement == null) {
            placement = new Placement(s, spec, costs);
        }
        var site = placement.choose();
        if (site == null) {
            s.outcome.hold(
                    spec.id(),
                    Reason.NO_CAPACITY,
                    "No room for a replica of %s: %s.".formatted(spec.id(), placement.whyNone()),
                    List.of());
            return false;
        }
        int free = site.free;
        var kindsWithRoom = costs.areAlike() ? List.<String>of() : placement.kindsWithRoom();
        var node = site.node;
        var id = s.nextName(spec);
        s.start(
                id,
                new Start(spec.id(), revision, node.id(), spec.replicaThousandths(), s.now),
                site);
        placement.add(site);
        s.outcome.decide(
                new Decision(
                        spec.id(),
                        List.of(new Action.StartReplica(id, spec.id(), revision, node.id())),
                        cause.code(),
                        "Start %s (revision %d) on %s in %s: %s%s%s."
                                .formatted(
                                        id,
                                        revision,
                                        node.id(),
                                        node.domain(),
                                        cause.text(),
                                        costs.areAlike() ? "" : "; on " + costs.sentence(node),
                                        placement.avoidedUntil(site) == null
                                                ? ""
                                                : "; starts failed there lately, and no other node can take it"),
                        inputs(node, free),
                        rejected(placement, site, kindsWithRoom)));
        return true;
    }

    private List<Decision.Input> inputs(Node node, int free) {
        var inputs = new ArrayList<Decision.Input>();
        inputs.add(new Decision.Input("wantedReplicas", (double) m.wanted, null));
        inputs.add(new Decision.Input("readyReplicas", (double) s.readyOf(spec.id()), null));
        inputs.add(new Decision.Input("freeThousandths", (double) free, age(node)));
        inputs.addAll(costs.inputs(node));
        return inputs;
    }

    /**
     * Other kinds of accelerator first, then nodes that are avoided: they tell more than others.
     */
    private List<Decision.Rejected> rejected(
            Placement placement, Site chosen, Collection<String> kindsWithRoom) {
        var rejected = new ArrayList<>(costs.rejected(chosen.node, kindsWithRoom));
        var others =
                s.roster().sites().stream().filter(site -> placement.avoidedUntil(site) == null);
        Stream.concat(placement.avoidedSites().stream(), others)
                .filter(site -> site != chosen)
                .limit(REJECTED_NODES)
                .map(site ->
                        new Decision.Rejected(
                                site.node.id().value(),
                                1.0,
                                null,
                                constraint(placement, site, chosen)))
                .forEach(rejected::add);
        return rejected;
    }

    private String constraint(Placement placement, Site site, Site chosen) {
        if (!site.takesReplicas) {
            return "takes no replicas: %s".formatted(s.judged(site.node.id()));
        }
        if (site.free < spec.replicaThousandths()) {
            return "too little room";
        }
        var avoidedUntil = placement.avoidedUntil(site);
        if (avoidedUntil != null && placement.avoidedUntil(chosen) == null) {
            return "starts failed there: avoided until %s while another node has room"
                    .formatted(avoidedUntil);
        }
        return costs.on(site.node) > costs.on(chosen.node)
                ? "on a dearer kind of accelerator"
                : "nearer to its siblings or to a failure, or less room";
    }

    private long age(Node node) {
        return Duration.between(node.lastHeardAt(), s.now).toMillis();
    }
}
