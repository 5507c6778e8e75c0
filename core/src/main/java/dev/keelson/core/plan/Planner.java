package dev.keelson.core.plan;

import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.policy.Policies;
import java.util.List;

/** The decision: a pure function of the fleet's state, its own memory and the policies. */
public final class Planner {
    /**
     * Changes whenever the same inputs may give another plan; journalled, and checked by replay.
     */
    public static final String VERSION = "1";

    private Planner() {}

    public static Plan plan(FleetState state, PlannerMemory memory, Policies policies) {
        return new Plan(List.of(), List.of(), memory);
    }
}
