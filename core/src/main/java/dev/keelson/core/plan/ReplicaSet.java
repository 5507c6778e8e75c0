package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.policy.ActionClass;
import java.time.Duration;
import java.util.List;

/**
 * One deployment's replicas while it is brought to its wanted count: which of them count, and
 * telling one to go.
 */
final class ReplicaSet {
    /**
     * A new revision's replica serves so long before an old one goes for it: failures need time to
     * show.
     */
    static final Duration PROVING = Duration.ofSeconds(10);

    private final Situation s;
    private final DeploymentId id;
    private final Draft.Deployed m;

    /** Is the newest revision being rolled out? */
    final boolean rolling;

    final int newest;

    ReplicaSet(Situation s, DeploymentState d, Draft.Deployed m) {
        this.s = s;
        id = d.spec().id();
        this.m = m;
        rolling = Rollout.isRolling(s, d, m);
        newest = d.newest().number();
    }

    DeploymentId id() {
        return id;
    }

    /** Those that were not told to go. */
    List<Member> members() {
        return s.membersOf(id).stream().filter(x -> !x.isDraining()).toList();
    }

    /** Counts towards wanted: of a revision that is kept, and staying where it is. */
    boolean counts(Member x) {
        return !x.leaving() && isKept(x);
    }

    boolean isKept(Member x) {
        return x.revision() == m.serving || (rolling && x.revision() == newest);
    }

    List<Member> staying() {
        return members().stream().filter(this::counts).toList();
    }

    /**
     * READY ones; one of a revision that is coming in counts once it has shown itself for a while.
     */
    int ready(List<Member> members) {
        return (int) members.stream().filter(x -> x.isReady() && isProven(x)).count();
    }

    boolean isProven(Member x) {
        return !rolling || x.revision() != newest || !x.changedAt().plus(PROVING).isAfter(s.now);
    }

    boolean drain(Member x, ActionClass actionClass, Reason code, String why, Duration within) {
        if (!s.arbiter.permits(actionClass, id, "Draining " + x.id())) {
            return false;
        }
        s.end(id, x.id());
        s.outcome.decide(
                decision(
                        new Action.DrainReplica(x.id(), within, why),
                        code,
                        "Drain %s on %s within %d s: %s."
                                .formatted(x.id(), x.node(), within.toSeconds(), why)));
        return true;
    }

    void stop(Member x, ActionClass actionClass, Reason code, String why) {
        if (!s.arbiter.permits(actionClass, id, "Stopping " + x.id())) {
            return;
        }
        s.end(id, x.id());
        s.outcome.decide(
                decision(
                        new Action.StopReplica(x.id(), why),
                        code,
                        "Stop %s on %s: %s.".formatted(x.id(), x.node(), why)));
    }

    Decision decision(Action action, Reason code, String sentence) {
        return new Decision(id, List.of(action), code, sentence, List.of(), List.of());
    }
}
