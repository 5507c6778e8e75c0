package dev.keelson.core.control;

import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.plan.Plan;
import dev.keelson.core.plan.PlannerMemory;
import dev.keelson.core.policy.Policies;

/** Port: keeps what was decided with all that it was decided from, before it is acted on. */
public interface DecisionJournal {
    void append(
            FleetState state,
            PlannerMemory before,
            Forecasts forecasts,
            Policies policies,
            Plan plan);
}
