package dev.keelson.exchange.journal;

import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.plan.Plan;
import dev.keelson.core.plan.PlannerMemory;
import dev.keelson.core.policy.Policies;

/**
 * One planning step that decided something, with all that it decided from. Its time is the state's.
 *
 * @param id rising number in the journal
 * @param memory what the planner remembered before the step
 */
public record JournalEntry(
        long id,
        String plannerVersion,
        FleetState state,
        PlannerMemory memory,
        Forecasts forecasts,
        Policies policies,
        Plan plan) {
    /** Name of one of its decisions, as `get decisions` shows it. */
    public String decisionId(int index) {
        return id + "-" + (index + 1);
    }
}
