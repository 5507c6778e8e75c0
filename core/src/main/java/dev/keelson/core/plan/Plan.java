package dev.keelson.core.plan;

import java.util.List;

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
}
