package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.policy.ActionClass;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * Brings one deployment to its wanted count: {@link Starts} what is missing, empties nodes that
 * leave ({@link Evacuation}), drains what is too much. New before old: what serves is drained only
 * once enough others are READY.
 */
final class Fulfilment {
    /**
     * Longest that a drained replica may take to finish its requests: the gateway's default
     * deadline.
     */
    static final Duration DRAIN_WITHIN = Duration.ofMinutes(1);

    private static final Duration TELL_AGAIN = Duration.ofSeconds(20);

    private final Situation s;
    private final DeploymentState d;
    private final Draft.Deployed m;
    private final ReplicaSet set;
    private final KindCosts costs;

    private Fulfilment(Situation s, DeploymentState d, Draft.Deployed m) {
        this.s = s;
        this.d = d;
        this.m = m;
        set = new ReplicaSet(s, d, m);
        costs = KindCosts.of(s.policies.acceleratorsOf(d.spec().id()), d);
    }

    /**
     * @return replicas that found no room
     */
    static int bring(Situation s, DeploymentState d, Draft.Deployed m) {
        var fulfilment = new Fulfilment(s, d, m);
        if (!s.isSettled()) {
            return 0;
        }
        int missing = new Starts(s, d.spec(), fulfilment.costs, m, fulfilment.set).start();
        new Evacuation(s, m.wanted, fulfilment.set).empty();
        if (!s.breakerIsOpen()) {
            fulfilment.discard();
            fulfilment.promoteWhenComplete();
        }
        return missing;
    }

    /** Drains what is too much: replicas of other revisions first, then the least worth keeping. */
    private void discard() {
        var staying = set.staying();
        int ready = set.ready(staying);
        for (Member x : set.members()) {
            if (!set.isKept(x)
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
        // One more than wanted may be there while a new revision comes in.
        int spare = set.rolling && ready <= m.wanted ? 1 : 0;
        int surplus = staying.size() - m.wanted - spare;
        if (surplus > 0) {
            shrink(staying, surplus);
        } else {
            staying.forEach(x -> s.draft.lost.remove(x.id()));
        }
        tellAgain();
    }

    private void shrink(List<Member> staying, int surplus) {
        var leastWorthFirst =
                Comparator.comparing((Member x) -> x.isReady() && isReplaced(x))
                        .thenComparing(s.keepOrder(costs))
                        .reversed();
        for (Member x : staying.stream().sorted(leastWorthFirst).limit(surplus).toList()) {
            end(
                    x,
                    isReplaced(x) ? ActionClass.ROLLOUT : ActionClass.RECOVER,
                    isReplaced(x) ? Reason.NEW_REVISION : Reason.SURPLUS,
                    "%d replicas are wanted and there are more%s"
                            .formatted(
                                    m.wanted,
                                    costs.areAlike()
                                            ? ""
                                            : "; this one is on " + costs.sentence(x.site().node)));
        }
    }

    /** Of a revision that a newer one takes the place of. */
    private boolean isReplaced(Member x) {
        return set.rolling && x.revision() != set.newest;
    }

    private void end(Member x, ActionClass actionClass, Reason code, String why) {
        if (x.isReady()) {
            set.drain(x, actionClass, code, why, DRAIN_WITHIN);
        } else {
            set.stop(x, actionClass, code, why);
        }
    }

    /** A drain whose command was lost on the way: the replica still says READY. */
    private void tellAgain() {
        for (var r : s.replicasOf(set.id())) {
            var told = s.draft.drains.get(r.id());
            if (told != null
                    && r.state() == ReplicaState.READY
                    && s.isReachable(r.node())
                    && told.plus(TELL_AGAIN).isBefore(s.now)) {
                s.end(set.id(), r.id());
                s.outcome.decide(
                        set.decision(
                                new Action.DrainReplica(r.id(), DRAIN_WITHIN, "told again"),
                                Reason.SURPLUS,
                                "Drain %s again: it was told to and still takes requests."
                                        .formatted(r.id())));
            }
        }
    }

    private void promoteWhenComplete() {
        if (!set.rolling) {
            return;
        }
        var left = set.members();
        long fresh =
                left.stream()
                        .filter(x -> x.revision() == set.newest && x.isReady() && set.isProven(x))
                        .count();
        if (fresh >= m.wanted && left.stream().allMatch(x -> x.revision() == set.newest)) {
            Rollout.promote(s, d, m);
        }
    }
}
