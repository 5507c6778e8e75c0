package dev.keelson.core.plan;

import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import java.util.List;
import java.util.SortedMap;

/**
 * Outcome of one planning step.
 *
 * @param decisions in the order in which their actions are carried out; empty when nothing changed
 * @param memory input of the next step
 */
public record Plan(List<Decision> decisions, List<IncidentChange> incidents, PlannerMemory memory) {
    public Plan {
        decisions = List.copyOf(decisions);
        incidents = List.copyOf(incidents);
    }

    public List<Action> actions() {
        return decisions.stream().flatMap(d -> d.actions().stream()).toList();
    }

    /**
     * The planner's judgement of every node: what `get nodes` shows. A replica on a node that is
     * LOST or GONE is not live, whatever was last reported of it: show it as FAILED and do not
     * route to it.
     */
    public SortedMap<NodeId, NodeState> nodes() {
        return memory.nodes();
    }
}
