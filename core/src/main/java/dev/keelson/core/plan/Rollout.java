package dev.keelson.core.plan;

import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.plan.PlannerMemory.OpenIncident;
import dev.keelson.core.policy.ActionClass;
import java.time.Duration;
import java.util.List;

/**
 * Decides which revision a deployment runs: the newest that is not known bad, one replica at a
 * time.
 */
final class Rollout {
    private Rollout() {}

    /** May the newest revision be rolled out now? Promotes or reverts on the way. */
    static boolean isRolling(Situation s, DeploymentState d, Draft.Deployed m) {
        leaveBadRevision(d, m);
        int newest = d.newest().number();
        if (newest == m.serving || m.bad.contains(newest) || isAlreadyServed(d, m)) {
            return false;
        }
        if (isWorse(s, d, m, newest)) {
            giveUp(
                    s,
                    d.spec().id(),
                    m,
                    newest,
                    "a larger share of its requests fails than of revision " + m.serving);
            return false;
        }
        return !s.breakerIsOpen()
                && s.arbiter.permits(
                        ActionClass.ROLLOUT,
                        d.spec().id(),
                        "Rolling out revision %d of %s".formatted(newest, d.spec().id()));
    }

    /** Asking again for what runs, as after a change that was taken back, moves nothing. */
    private static boolean isAlreadyServed(DeploymentState d, Draft.Deployed m) {
        return d.revisions().stream()
                .anyMatch(r -> r.number() == m.serving && r.engine().equals(d.newest().engine()));
    }

    /**
     * A deployment whose serving revision is bad has nothing to lose: it goes straight to one that
     * may be started.
     */
    private static void leaveBadRevision(DeploymentState d, Draft.Deployed m) {
        m.bad.removeIf(r -> d.revisions().stream().noneMatch(x -> x.number() == r));
        if (m.bad.contains(m.serving)
                || d.revisions().stream().noneMatch(r -> r.number() == m.serving)) {
            int newest = d.newest().number();
            if (!m.bad.contains(newest)) {
                m.serving = newest;
            } else if (!m.bad.contains(m.lastGood)) {
                m.serving = m.lastGood;
            }
        }
    }

    private static boolean isWorse(Situation s, DeploymentState d, Draft.Deployed m, int newest) {
        var young = d.failureShares().get(newest);
        if (young == null || !isFresh(s, d, young)) {
            return false;
        }
        var old = d.failureShares().get(m.serving);
        double base = old == null || !isFresh(s, d, old) ? 0 : old.value();
        return young.value() > base + s.policies.recovery().rolloutMargin();
    }

    private static boolean isFresh(Situation s, DeploymentState d, Reading reading) {
        var bound = s.policies.autoscalingOf(d.spec().id()).maxInputAge();
        return Duration.between(reading.at(), s.now).compareTo(bound) <= 0;
    }

    static void promote(Situation s, DeploymentState d, Draft.Deployed m) {
        int from = m.serving;
        int to = d.newest().number();
        m.lastGood = to;
        m.serving = to;
        m.startFailures.remove(from);
        s.outcome.decide(
                new Decision(
                        d.spec().id(),
                        List.of(new Action.PromoteRevision(d.spec().id(), from, to)),
                        Reason.NEW_REVISION,
                        "Revision %d of %s has its %d replicas READY and takes over from revision %d."
                                .formatted(to, d.spec().id(), m.wanted, from),
                        List.of(),
                        List.of()));
    }

    /**
     * The revision is never started again; with another one known good the deployment goes back to
     * it.
     */
    static void giveUp(Situation s, DeploymentId id, Draft.Deployed m, int revision, String why) {
        m.bad.add(revision);
        // What failed was its own doing, not the nodes'.
        m.startTroubles.clear();
        m.notBefore = null;
        int back = revision == m.serving ? m.lastGood : m.serving;
        boolean canGoBack = !m.bad.contains(back);
        s.outcome.open(
                "bad-revision",
                id + "@" + revision,
                null,
                List.of(id),
                List.of("Revision %d of %s is given up: %s.".formatted(revision, id, why)));
        if (canGoBack) {
            m.serving = back;
        }
        s.outcome.decide(
                new Decision(
                        id,
                        canGoBack
                                ? List.of(new Action.RevertRevision(id, revision, back))
                                : List.of(),
                        Reason.BAD_REVISION,
                        canGoBack
                                ? "Go back to revision %d of %s and do not start revision %d again: %s."
                                        .formatted(back, id, revision, why)
                                : "Do not start revision %d of %s again: %s; no other revision is known good."
                                        .formatted(revision, id, why),
                        List.of(
                                new Decision.Input(
                                        "startFailures",
                                        (double) m.startFailures.getOrDefault(revision, 0),
                                        null)),
                        List.of()));
    }

    /** An incident of a revision ends once the revision is neither wanted nor failing. */
    static void resolveIfPast(Situation s, OpenIncident i) {
        int at = i.target().lastIndexOf('@');
        var id = new DeploymentId(i.target().substring(0, at));
        int revision = Integer.parseInt(i.target().substring(at + 1));
        var d = s.state.deployments().get(id);
        var m = s.draft.deployments.get(id);
        if (d == null || m == null) {
            s.outcome.resolved(i);
            return;
        }
        boolean superseded = d.newest().number() != revision && m.serving != revision;
        boolean starts =
                i.kind().equals("start-failed")
                        && !m.startFailures.containsKey(revision)
                        && !m.bad.contains(revision);
        boolean left = i.kind().equals("start-failed") && m.bad.contains(revision);
        if (superseded || starts || left) {
            if (s.readyOf(id) >= m.wanted) {
                s.outcome.recovered(i);
            }
            s.outcome.resolved(i);
        }
    }
}
