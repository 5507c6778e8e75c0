package dev.keelson.core.testing;

import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.Policies;
import dev.keelson.core.policy.RecoveryPolicy;
import dev.keelson.core.policy.SpotPolicy;
import java.util.TreeMap;

/** Policies for tests. */
public final class PoliciesBuilder {
    private PoliciesBuilder() {}

    /** The defaults, everything automatic, no nodes to acquire. */
    public static Policies automatic() {
        return with(Autonomy.AUTO, 0, 0);
    }

    public static Policies with(Autonomy autonomy, int minNodes, int maxNodes) {
        var levels = new TreeMap<ActionClass, Autonomy>();
        for (var actionClass : ActionClass.values()) {
            levels.put(actionClass, autonomy);
        }
        return new Policies(
                "00",
                new TreeMap<>(),
                RecoveryPolicy.DEFAULTS,
                SpotPolicy.DEFAULTS,
                levels,
                minNodes,
                maxNodes);
    }
}
