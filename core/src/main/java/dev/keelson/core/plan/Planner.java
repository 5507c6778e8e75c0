package dev.keelson.core.plan;

import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.policy.ForecastPolicy;
import dev.keelson.core.policy.Policies;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The decision: a pure function of the fleet's state, its own memory, forecasts and policies. */
public final class Planner {
    /**
     * Changes whenever the same inputs may give another plan; journalled, and checked by replay.
     */
    public static final String VERSION = "7";

    private Planner() {}

    /** A plan without forecasts: scaling is reactive. */
    public static Plan plan(FleetState state, PlannerMemory memory, Policies policies) {
        return plan(state, memory, Forecasts.NONE, policies);
    }

    public static Plan plan(
            FleetState state, PlannerMemory memory, Forecasts forecasts, Policies policies) {
        var s = new Situation(state, memory, forecasts, policies);
        Liveness.judge(s);
        s.state.deployments().values().forEach(d -> meet(s, d));
        Failures.answer(s, memory);
        Departures.answer(s);
        int unplaced = 0;
        for (DeploymentState d : state.deployments().values()) {
            var deployed = s.draft.deployments.get(d.spec().id());
            if (deployed != null) {
                Scaling.decide(s, d, deployed);
                unplaced += Fulfilment.bring(s, d, deployed);
            }
        }
        NodeSupply.drainOrphans(s);
        NodeSupply.decide(s, unplaced);
        Aftermath.follow(s);
        return s.outcome.toPlan();
    }

    /**
     * Why an outlook is not acted on now, as a clause; null where it may be.
     *
     * @param tiers of the nodes that a replica may start on
     */
    public static @Nullable String whyUnusable(
            Outlook outlook, ForecastPolicy policy, Set<CapacityType> tiers, Instant now) {
        var leadTime = outlook.startups().quantile(policy.leadQuantile(), tiers);
        return ForecastUse.unusable(outlook, policy, now, leadTime.orElse(null));
    }

    /** First sight of a deployment: at its minimum, or at what already runs of it. */
    private static void meet(Situation s, DeploymentState d) {
        var id = d.spec().id();
        if (!s.draft.deployments.containsKey(id)) {
            int running = Math.min(s.readyOf(id), d.spec().maxReplicas());
            int wanted = Math.max(d.spec().minReplicas(), running);
            s.draft.deployments.put(id, Draft.Deployed.first(wanted, d.newest().number()));
        }
    }
}
