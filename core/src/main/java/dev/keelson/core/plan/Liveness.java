package dev.keelson.core.plan;

import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.plan.PlannerMemory.Breaker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Judges nodes by their silence. The most dangerous failure is the healer's own, so silence of many
 * at once, or after a pause of the control plane itself, is taken for the control plane's fault
 * first: the breaker opens and nobody is LOST.
 */
final class Liveness {
    /**
     * With the breaker open by silence and somebody still heard, the silent ones are believed lost
     * after this.
     */
    static final Duration BELIEVED_AFTER = Duration.ofMinutes(2);

    private final Situation s;
    private final Duration halfOpen;
    private final Duration halfClosed;

    private Liveness(Situation s) {
        this.s = s;
        halfOpen = s.policies.recovery().nodeSilence().dividedBy(2);
        halfClosed = s.policies.recovery().closedSilence().dividedBy(2);
    }

    static void judge(Situation s) {
        new Liveness(s).judge();
    }

    private void judge() {
        var before = new LinkedHashMap<>(s.draft.nodes);
        noticePause();
        noticeSilence(before);
        closeBreaker();
        s.draft.nodes.clear();
        for (Node node : s.state.nodes().values()) {
            s.draft.nodes.put(node.id(), judge(node, before.get(node.id())));
        }
    }

    private NodeState judge(Node node, @org.jspecify.annotations.Nullable NodeState before) {
        if (node.state() == NodeState.GONE) {
            return NodeState.GONE;
        }
        if (isSilent(node)) {
            if (before == NodeState.LOST || before == NodeState.GONE) {
                return before;
            }
            if (mayBeJudged() && silence(node).compareTo(window(node)) >= 0) {
                return leftInGoodOrder(node) ? NodeState.GONE : NodeState.LOST;
            }
            return NodeState.SUSPECT;
        }
        return s.isLeaving(node) ? NodeState.DRAINING : NodeState.READY;
    }

    /**
     * Its silence was announced: by a notice, by its release, or because an operator had emptied
     * it.
     */
    private boolean leftInGoodOrder(Node node) {
        boolean empty = s.replicasOn(node.id()).stream().noneMatch(r -> r.state().isLive());
        return node.notice() != null
                || node.state() == NodeState.DRAINING
                || (s.draft.drainingNodes.containsKey(node.id()) && empty);
    }

    private boolean mayBeJudged() {
        return s.draft.breaker == null
                && !s.now.isBefore(s.state.control().startedAt().plus(Situation.RECONNECT_GRACE));
    }

    private Duration window(Node node) {
        var recovery = s.policies.recovery();
        return node.connected() ? recovery.nodeSilence() : recovery.closedSilence();
    }

    private Duration silence(Node node) {
        return Duration.between(node.lastHeardAt(), s.now);
    }

    private boolean isSilent(Node node) {
        return silence(node).compareTo(node.connected() ? halfOpen : halfClosed) > 0;
    }

    private void noticePause() {
        var control = s.state.control();
        // Before the first grace is over nobody is judged, and the gap before the first tick is no
        // pause.
        var started = control.startedAt().plus(Situation.RECONNECT_GRACE);
        if (control.longestPause().compareTo(halfOpen) <= 0
                || control.pausedAt().isBefore(started)) {
            return;
        }
        var until = control.pausedAt().plus(Situation.RECONNECT_GRACE);
        if (!s.now.isBefore(until) || allHeardSince(control.pausedAt())) {
            return;
        }
        open(
                "the control plane itself was paused for %d ms"
                        .formatted(control.longestPause().toMillis()),
                until);
    }

    private void noticeSilence(Map<NodeId, NodeState> before) {
        if (s.draft.breaker != null || !mayBeJudged()) {
            return;
        }
        var silent = new ArrayList<Node>();
        int present = 0;
        for (Node node : s.state.nodes().values()) {
            if (node.state() != NodeState.GONE && node.notice() == null) {
                present++;
                if (isSilent(node)) {
                    silent.add(node);
                }
            }
        }
        if (silent.size() <= limit(present)) {
            return;
        }
        var heard = silent.stream().map(Node::lastHeardAt).sorted().toList();
        for (Node node : silent) {
            boolean fresh = before.get(node.id()) != NodeState.LOST;
            if (fresh && silence(node).compareTo(window(node)) >= 0) {
                int together = fellSilentWith(node.lastHeardAt(), heard);
                if (together > limit(present)) {
                    open("%d of %d nodes fell silent together".formatted(together, present), null);
                    return;
                }
            }
        }
    }

    /**
     * Those last heard within a window of that moment, before or after.
     *
     * @param heard ascending
     */
    private int fellSilentWith(Instant moment, List<Instant> heard) {
        var window = s.policies.recovery().nodeSilence();
        int first = firstOf(heard, at -> Duration.between(at, moment).compareTo(window) <= 0);
        int after = firstOf(heard, at -> Duration.between(moment, at).compareTo(window) > 0);
        return after - first;
    }

    /** Index of the first that is so, all after it being so too; the size where none is. */
    private static int firstOf(List<Instant> ascending, Predicate<Instant> isSo) {
        int from = 0;
        int to = ascending.size();
        while (from < to) {
            int middle = (from + to) / 2;
            if (isSo.test(ascending.get(middle))) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        return from;
    }

    private int limit(int nodes) {
        return Math.max(1, (int) StrictMath.floor(s.policies.recovery().breakerShare() * nodes));
    }

    private void open(String cause, @org.jspecify.annotations.Nullable Instant pausedUntil) {
        var breaker = s.draft.breaker;
        if (breaker != null) {
            if (pausedUntil != null
                    && breaker.pausedUntil() != null
                    && pausedUntil.isAfter(breaker.pausedUntil())) {
                s.draft.breaker = new Breaker(breaker.openSince(), breaker.cause(), pausedUntil);
            }
            return;
        }
        s.draft.breaker = new Breaker(s.now, cause, pausedUntil);
        s.outcome.open(
                "breaker-open",
                "fleet",
                null,
                List.of(),
                List.of("The breaker opened: " + cause + "."));
        s.outcome.decide(
                new Decision(
                        null,
                        List.of(),
                        Reason.BREAKER_OPEN,
                        "Nothing is replaced for now: %s, which looks like the control plane's own trouble."
                                .formatted(cause),
                        List.of(),
                        List.of()));
    }

    private void closeBreaker() {
        var breaker = s.draft.breaker;
        if (breaker == null || !mayClose(breaker)) {
            return;
        }
        s.draft.breaker = null;
        var incident = s.draft.incidents.get("breaker-open fleet");
        if (incident != null) {
            s.outcome.recovered(incident);
            s.outcome.resolved(incident);
        }
    }

    private boolean mayClose(Breaker breaker) {
        if (breaker.pausedUntil() != null) {
            return !s.now.isBefore(breaker.pausedUntil())
                    || allHeardSince(s.state.control().pausedAt());
        }
        var heard = s.state.nodes().values().stream().filter(n -> !isSilent(n)).count();
        var silent = s.state.nodes().size() - heard;
        if (silent <= limit(s.state.nodes().size())) {
            return true;
        }
        return heard > 0 && !s.now.isBefore(breaker.openSince().plus(BELIEVED_AFTER));
    }

    private boolean allHeardSince(Instant moment) {
        return s.state.nodes().values().stream()
                .filter(n -> n.state() != NodeState.GONE && s.judged(n.id()) != NodeState.LOST)
                .allMatch(n -> n.lastHeardAt().isAfter(moment));
    }
}
