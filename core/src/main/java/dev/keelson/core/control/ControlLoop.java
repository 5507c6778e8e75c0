package dev.keelson.core.control;

import dev.keelson.core.plan.Plan;
import dev.keelson.core.plan.Planner;

/** Observe, forecast, plan, journal, act: one step a tick. Not thread-safe: one thread steps it. */
public final class ControlLoop {
    private final FleetObserver observer;
    private final ForecastSource forecasts;
    private final PolicySource policies;
    private final PlannerMemoryStore memory;
    private final DecisionJournal journal;
    private final PlanActuator actuator;

    public ControlLoop(
            FleetObserver observer,
            ForecastSource forecasts,
            PolicySource policies,
            PlannerMemoryStore memory,
            DecisionJournal journal,
            PlanActuator actuator) {
        this.observer = observer;
        this.forecasts = forecasts;
        this.policies = policies;
        this.memory = memory;
        this.journal = journal;
        this.actuator = actuator;
    }

    public Plan tick() {
        var state = observer.observe();
        var expected = forecasts.forecasts(state);
        var before = memory.load();
        var policy = policies.current();
        var plan = Planner.plan(state, before, expected, policy);
        if (!plan.decisions().isEmpty()) {
            journal.append(state, before, expected, policy, plan);
        }
        if (!plan.memory().equals(before)) {
            memory.save(plan.memory());
        }
        actuator.apply(plan);
        return plan;
    }
}
