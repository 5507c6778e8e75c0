package dev.keelson.core.control;

import dev.keelson.core.plan.PlannerMemory;

/** Port: the planner's memory over restarts of the control plane. */
public interface PlannerMemoryStore {
    PlannerMemory load();

    void save(PlannerMemory memory);
}
