package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.plan.PlannerMemory.Start;
import dev.keelson.core.policy.ActionClass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Brings one deployment to its wanted count: starts what is missing, drains what is too much. New
 * before old: what serves is drained only once enough others are READY, or when its node's deadline
 * leaves no more time.
 */
final class Fulfilment {
    /**
     * Longest that a drained replica may take to finish its requests: the gateway's default
     * deadline.
     */
    static final Duration DRAIN_WITHIN = Duration.ofMinutes(1);

    /** Time kept for the requests of a replica that must leave before its replacement is READY. */
    static final Duration TYPICAL_DRAIN = Duration.ofSeconds(8);

    /**
     * A new revision's replica serves so long before an old one goes for it: failures need time to
     * show.
     */
    static final Duration PROVING = Duration.ofSeconds(10);

    private static final Duration TELL_AGAIN = Duration.ofSeconds(20);

    private final Situation s;
    private final DeploymentState d;
    private final Draft.Deployed m;
    private final boolean rolling;
    private final int newest;

    private Fulfilment(Situation s, DeploymentState d, Draft.Deployed m) {
        this.s = s;
        this.d = d;
        this.m = m;
        rolling = Rollout.isRolling(s, d, m);
        newest = d.newest().number();
    }

    /**
     * @return replicas that found no room
     */
    static int bring(Situation s, DeploymentState d, Draft.Deployed m) {
        var fulfilment = new Fulfilment(s, d, m);
        if (!s.isSettled()) {
            return 0;
        }
        int missing = fulfilment.start();
        fulfilment.empty();
        if (!s.breakerIsOpen()) {
            fulfilment.discard();
            fulfilment.promoteWhenComplete();
        }
        return missing;
    }

    private List<Member> members() {
        return s.membersOf(d.spec().id()).stream().filter(x -> !x.isDraining()).toList();
    }

    /** Counts towards wanted: of a revision that is kept, and staying where it is. */
    private boolean counts(Member x) {
        return !x.leaving() && isKept(x);
    }

    private boolean isKept(Member x) {
        return x.revision() == m.serving || (rolling && x.revision() == newest);
    }

    private List<Member> staying() {
        return members().stream().filter(this::counts).toList();
    }

    /**
     * READY ones; one of a revision that is coming in counts once it has shown itself for a while.
     */
    private int ready(List<Member> members) {
        return (int) members.stream().filter(x -> x.isReady() && isProven(x)).count();
    }

    private boolean isProven(Member x) {
        return !rolling || x.revision() != newest || !x.changedAt().plus(PROVING).isAfter(s.now);
    }

    private int start() {
        var staying = staying();
        int missing = m.wanted - staying.size();
        if (missing <= 0) {
            if (ready(staying) >= m.wanted && members().stream().allMatch(this::counts)) {
                m.cause = null;
            }
            return surge(staying);
        }
        if (m.bad.contains(m.serving)) {
            s.outcome.hold(
                    d.spec().id(),
                    Reason.BAD_REVISION,
                    "none",
                    "Start nothing of %s: no revision is known good.".formatted(d.spec().id()),
                    List.of());
            return 0;
        }
        if ((m.notBefore != null && s.now.isBefore(m.notBefore)) || isTrying(staying)) {
            return 0;
        }
        var cause =
                m.cause != null
                        ? m.cause
                        : new PlannerMemory.Cause(
                                Reason.BELOW_MINIMUM,
                                "%d of %d wanted replicas are missing"
                                        .formatted(missing, m.wanted));
        boolean departing = cause.code() == Reason.SPOT_NOTICE;
        if (s.breakerIsOpen() && !departing) {
            s.outcome.hold(
                    d.spec().id(),
                    Reason.BREAKER_OPEN,
                    "",
                    "Start no replica of %s: the breaker is open.".formatted(d.spec().id()),
                    List.of());
            return 0;
        }
        var actionClass = departing ? ActionClass.SPOT : ActionClass.RECOVER;
        if (!s.arbiter.permits(
                actionClass, d.spec().id(), "Starting a replica of " + d.spec().id())) {
            return 0;
        }
        int unplaced = 0;
        for (int i = 0; i < missing && !breaksBackoff(i); i++) {
            boolean proven =
                    rolling
                            && staying.stream()
                                    .anyMatch(x -> x.revision() == newest && x.isReady());
            if (!startOne(proven ? newest : m.serving, cause)) {
                unplaced = missing - i;
                break;
            }
        }
        return unplaced;
    }

    /** After a failed start only one is tried at a time. */
    private boolean breaksBackoff(int started) {
        return started > 0 && hasFailed();
    }

    /** The one start that is tried after a failed one is under way. */
    private boolean isTrying(List<Member> staying) {
        return hasFailed() && staying.stream().anyMatch(x -> !x.isReady());
    }

    private boolean hasFailed() {
        return m.startFailures.getOrDefault(m.serving, 0) > 0;
    }

    /**
     * One more than wanted while a new revision comes in: it must be READY before an old one goes.
     */
    private int surge(List<Member> staying) {
        long fresh = staying.stream().filter(x -> x.revision() == newest).count();
        boolean allReady = ready(staying) == staying.size();
        boolean backedOff = m.notBefore != null && s.now.isBefore(m.notBefore);
        if (!rolling || fresh >= m.wanted || staying.size() > m.wanted || !allReady || backedOff) {
            return 0;
        }
        return startOne(
                        newest,
                        new PlannerMemory.Cause(
                                Reason.NEW_REVISION,
                                "revision %d replaces revision %d".formatted(newest, m.serving)))
                ? 0
                : 1;
    }

    private boolean startOne(int revision, PlannerMemory.Cause cause) {
        var site = Placement.choose(s, d.spec());
        if (site == null) {
            s.outcome.hold(
                    d.spec().id(),
                    Reason.NO_CAPACITY,
                    "No room for a replica of %s: %s."
                            .formatted(d.spec().id(), Placement.whyNone(s, d.spec())),
                    List.of());
            return false;
        }
        var node = site.node;
        int free = site.free;
        var id = s.nextName(d.spec());
        s.start(
                id,
                new Start(
                        d.spec().id(), revision, node.id(), d.spec().replicaThousandths(), s.now));
        s.outcome.decide(
                new Decision(
                        d.spec().id(),
                        List.of(new Action.StartReplica(id, d.spec().id(), revision, node.id())),
                        cause.code(),
                        "Start %s (revision %d) on %s in %s: %s."
                                .formatted(id, revision, node.id(), node.domain(), cause.text()),
                        List.of(
                                new Decision.Input("wantedReplicas", (double) m.wanted, null),
                                new Decision.Input(
                                        "readyReplicas", (double) s.readyOf(d.spec().id()), null),
                                new Decision.Input("freeThousandths", (double) free, age(node))),
                        otherNodes(node)));
        return true;
    }

    private long age(Node node) {
        return Duration.between(node.lastHeardAt(), s.now).toMillis();
    }

    private List<Decision.Rejected> otherNodes(Node chosen) {
        var rejected = new ArrayList<Decision.Rejected>();
        for (Site site : s.sites()) {
            if (rejected.size() == 4) {
                break;
            }
            var node = site.node;
            if (!node.id().equals(chosen.id())) {
                var constraint =
                        !site.takesReplicas
                                ? "takes no replicas: %s".formatted(s.judged(node.id()))
                                : site.free < d.spec().replicaThousandths()
                                        ? "too little room"
                                        : "nearer to its siblings or to a failure, or less room";
                rejected.add(new Decision.Rejected(node.id().value(), 1.0, null, constraint));
            }
        }
        return rejected;
    }

    /** Moves replicas off nodes that are being taken away. */
    private void empty() {
        var leaving =
                s.membersOf(d.spec().id()).stream()
                        .filter(Member::leaving)
                        .sorted(byDeadline())
                        .toList();
        int ready = (int) members().stream().filter(x -> isKept(x) && x.isReady()).count();
        for (Member x : leaving) {
            var node = s.state.nodes().get(x.node());
            if (node == null) {
                continue;
            }
            var notice = node.notice();
            var actionClass = notice != null ? ActionClass.SPOT : ActionClass.NODES;
            if (x.isDraining()) {
                stopBeforeDeadline(x, node);
            } else if (!x.isReady()) {
                stop(x, actionClass, cause(node), "its node is being emptied");
            } else if (ready > m.wanted || !isKept(x)) {
                if (drain(x, actionClass, cause(node), "enough others are READY", within(node))) {
                    ready--;
                }
            } else if (notice != null && !s.now.isBefore(lastMoment(node).minus(TYPICAL_DRAIN))) {
                if (drain(
                        x,
                        actionClass,
                        cause(node),
                        "its node's deadline leaves no more time",
                        within(node))) {
                    ready--;
                }
            }
        }
    }

    private static Reason cause(Node node) {
        return node.notice() != null ? Reason.SPOT_NOTICE : Reason.OPERATOR_REQUEST;
    }

    private Comparator<Member> byDeadline() {
        return Comparator.comparing(
                        (Member x) -> {
                            var node = s.state.nodes().get(x.node());
                            return node == null || node.notice() == null
                                    ? java.time.Instant.MAX
                                    : node.notice().deadline();
                        })
                .thenComparing(Member::id);
    }

    private java.time.Instant lastMoment(Node node) {
        var notice = node.notice();
        return notice == null
                ? java.time.Instant.MAX
                : notice.deadline().minus(s.policies.spot().stopMargin());
    }

    private Duration within(Node node) {
        if (node.notice() == null) {
            return DRAIN_WITHIN;
        }
        var left = Duration.between(s.now, lastMoment(node));
        return left.isNegative()
                ? Duration.ZERO
                : left.compareTo(DRAIN_WITHIN) < 0 ? left : DRAIN_WITHIN;
    }

    private void stopBeforeDeadline(Member x, Node node) {
        var told = s.draft.drains.get(x.id());
        if (node.notice() != null
                && !s.now.isBefore(lastMoment(node))
                && (told == null || told.isBefore(lastMoment(node)))) {
            stop(
                    x,
                    ActionClass.SPOT,
                    Reason.SPOT_NOTICE,
                    "its node is taken away at %s".formatted(node.notice().deadline()));
        }
    }

    /** Drains what is too much: replicas of other revisions first, then the least worth keeping. */
    private void discard() {
        var staying = new ArrayList<>(staying());
        int ready = ready(staying);
        for (Member x : members()) {
            if (!isKept(x)
                    && !x.leaving()
                    && (ready >= m.wanted
                            || !x.isReady()
                            || (m.bad.contains(x.revision()) && ready > 0))) {
                end(
                        x,
                        ActionClass.ROLLOUT,
                        m.bad.contains(x.revision()) ? Reason.BAD_REVISION : Reason.NEW_REVISION,
                        "revision %d is not run any more".formatted(x.revision()));
            }
        }
        int surplus =
                rolling && ready <= m.wanted
                        ? staying.size() - m.wanted - 1
                        : staying.size() - m.wanted;
        var order =
                Comparator.comparing((Member x) -> rolling && x.isReady() && x.revision() != newest)
                        .thenComparing(s.keepOrder());
        staying.sort(order);
        for (int i = 0; i < surplus; i++) {
            var x = staying.removeLast();
            var cause = x.revision() != newest && rolling ? Reason.NEW_REVISION : Reason.SURPLUS;
            var actionClass =
                    cause == Reason.NEW_REVISION ? ActionClass.ROLLOUT : ActionClass.RECOVER;
            end(
                    x,
                    actionClass,
                    cause,
                    "%d replicas are wanted and there are more".formatted(m.wanted));
        }
        if (surplus <= 0) {
            staying.forEach(x -> s.draft.lost.remove(x.id()));
        }
        tellAgain();
    }

    private void end(Member x, ActionClass actionClass, Reason code, String why) {
        if (x.isReady()) {
            drain(x, actionClass, code, why, DRAIN_WITHIN);
        } else {
            stop(x, actionClass, code, why);
        }
    }

    /** A drain whose command was lost on the way: the replica still says READY. */
    private void tellAgain() {
        for (var r : s.replicasOf(d.spec().id())) {
            var told = s.draft.drains.get(r.id());
            if (told != null
                    && r.state() == dev.keelson.core.fleet.ReplicaState.READY
                    && s.isReachable(r.node())
                    && told.plus(TELL_AGAIN).isBefore(s.now)) {
                s.end(d.spec().id(), r.id());
                s.outcome.decide(
                        decision(
                                new Action.DrainReplica(r.id(), DRAIN_WITHIN, "told again"),
                                Reason.SURPLUS,
                                "Drain %s again: it was told to and still takes requests."
                                        .formatted(r.id())));
            }
        }
    }

    private boolean drain(
            Member x, ActionClass actionClass, Reason code, String why, Duration within) {
        if (!s.arbiter.permits(actionClass, d.spec().id(), "Draining " + x.id())) {
            return false;
        }
        s.end(d.spec().id(), x.id());
        s.outcome.decide(
                decision(
                        new Action.DrainReplica(x.id(), within, why),
                        code,
                        "Drain %s on %s within %d s: %s."
                                .formatted(x.id(), x.node(), within.toSeconds(), why)));
        return true;
    }

    private void stop(Member x, ActionClass actionClass, Reason code, String why) {
        if (!s.arbiter.permits(actionClass, d.spec().id(), "Stopping " + x.id())) {
            return;
        }
        s.end(d.spec().id(), x.id());
        s.outcome.decide(
                decision(
                        new Action.StopReplica(x.id(), why),
                        code,
                        "Stop %s on %s: %s.".formatted(x.id(), x.node(), why)));
    }

    private Decision decision(Action action, Reason code, String sentence) {
        return new Decision(d.spec().id(), List.of(action), code, sentence, List.of(), List.of());
    }

    private void promoteWhenComplete() {
        if (!rolling) {
            return;
        }
        var left = members();
        long fresh =
                left.stream()
                        .filter(x -> x.revision() == newest && x.isReady() && isProven(x))
                        .count();
        if (fresh >= m.wanted && left.stream().allMatch(x -> x.revision() == newest)) {
            Rollout.promote(s, d, m);
        }
    }
}
