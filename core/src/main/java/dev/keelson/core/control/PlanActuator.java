package dev.keelson.core.control;

import dev.keelson.core.plan.Plan;

/** Port: carries a plan out. Idempotent: the same action twice has the effect of once. */
public interface PlanActuator {
    void apply(Plan plan);
}
