package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.OperatorRequest;
import dev.keelson.core.plan.PlannerMemory.Cause;
import dev.keelson.core.policy.ActionClass;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Nodes that are being taken away by a notice or emptied for an operator: cordons, and says whom it
 * hurts.
 */
final class Departures {
    /**
     * An operator's cordon needs a moment to stand in the state; before that its absence is no
     * uncordon.
     */
    private static final Duration CORDON_SEEN = Duration.ofSeconds(10);

    private final Situation s;

    private Departures(Situation s) {
        this.s = s;
    }

    static void answer(Situation s) {
        var departures = new Departures(s);
        for (var request : s.state.requests()) {
            if (request instanceof OperatorRequest.DrainNode drain
                    && s.draft.answeredRequests.add(drain.id())) {
                departures.drain(drain);
            }
        }
        for (Node node : s.state.nodes().values()) {
            departures.answer(node);
        }
        s.redrawRoster();
    }

    private void drain(OperatorRequest.DrainNode drain) {
        if (!s.state.nodes().containsKey(drain.node())) {
            return;
        }
        s.draft.drainingNodes.put(drain.node(), s.now);
        blame(
                drain.node(),
                new Cause(
                        Reason.OPERATOR_REQUEST,
                        "node %s is being emptied for an operator".formatted(drain.node())));
        s.outcome.decide(
                decision(
                        new Action.CordonNode(drain.node(), "an operator drains it"),
                        Reason.OPERATOR_REQUEST,
                        "Cordon %s and move its replicas elsewhere: an operator drains it."
                                .formatted(drain.node())));
    }

    private void answer(Node node) {
        var id = node.id();
        var since = s.draft.drainingNodes.get(id);
        if (since != null && !node.cordoned() && s.now.isAfter(since.plus(CORDON_SEEN))) {
            s.draft.drainingNodes.remove(id);
        }
        if (node.notice() == null) {
            if (s.isReachable(id)
                    && s.draft.cordoned.remove(id)
                    && !s.draft.drainingNodes.containsKey(id)) {
                s.outcome.decide(
                        decision(
                                new Action.UncordonNode(id, "its notice is withdrawn"),
                                Reason.SPOT_NOTICE,
                                "Uncordon %s: no notice stands on it any more.".formatted(id)));
            }
            return;
        }
        if (s.draft.cordoned.contains(id) || !s.isReachable(id)) {
            return;
        }
        notice(node, node.notice().deadline());
    }

    private void notice(Node node, Instant deadline) {
        long leadMs = Duration.between(s.now, deadline).toMillis();
        var hurt =
                blame(
                        node.id(),
                        new Cause(
                                Reason.SPOT_NOTICE,
                                "node %s is taken away in %d s"
                                        .formatted(node.id(), StrictMath.max(0, leadMs / 1000))));
        s.outcome.open(
                "spot-notice",
                node.id().value(),
                node.notice() == null ? s.now : node.notice().receivedAt(),
                List.copyOf(hurt),
                List.of(
                        "Node %s (%s) is taken away at %s."
                                .formatted(node.id(), node.capacityType(), deadline)));
        if (!s.arbiter.permits(ActionClass.SPOT, null, "Cordoning " + node.id())) {
            return;
        }
        s.draft.cordoned.add(node.id());
        s.outcome.decide(
                new Decision(
                        null,
                        List.of(new Action.CordonNode(node.id(), "a notice stands on it")),
                        Reason.SPOT_NOTICE,
                        "Cordon %s, start replacements, then drain it: its provider takes it away in %d s."
                                .formatted(node.id(), StrictMath.max(0, leadMs / 1000)),
                        List.of(new Decision.Input("leadSeconds", leadMs / 1000.0, 0L)),
                        List.of()));
    }

    private Set<DeploymentId> blame(NodeId node, Cause cause) {
        var hurt = new TreeSet<DeploymentId>();
        for (var m : s.roster().on(node)) {
            hurt.add(m.deployment());
            var d = s.draft.deployments.get(m.deployment());
            if (d != null) {
                d.cause = cause;
            }
        }
        return hurt;
    }

    private static Decision decision(Action action, Reason code, String sentence) {
        return new Decision(null, List.of(action), code, sentence, List.of(), List.of());
    }
}
