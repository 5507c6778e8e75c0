package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was decided for one deployment (or, with null, for the fleet) in one plan, and why.
 *
 * @param actions carried out, in this order; empty where autonomy or a freeze held them back
 * @param reason one sentence in plain words
 * @param inputs what it was decided from, with ages
 * @param rejected what else was considered, and the constraint that ruled it out
 */
public record Decision(
        @Nullable DeploymentId deployment,
        List<Action> actions,
        Reason code,
        String reason,
        List<Input> inputs,
        List<Rejected> rejected) {
    public Decision {
        actions = List.copyOf(actions);
        inputs = List.copyOf(inputs);
        rejected = List.copyOf(rejected);
    }

    /** One input; a null value was absent, a null age does not apply. */
    public record Input(String name, @Nullable Double value, @Nullable Long ageMs) {}

    /**
     * @param predictedCost replica-hours per hour; null where not predicted
     * @param predictedSlo expected utilisation of the candidate; null where not predicted
     */
    public record Rejected(
            String candidate,
            @Nullable Double predictedCost,
            @Nullable Double predictedSlo,
            String constraint) {}
}
