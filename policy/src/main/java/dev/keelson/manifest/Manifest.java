package dev.keelson.manifest;

import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.policy.AcceleratorPolicy;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.AutoscalingPolicy;
import dev.keelson.core.policy.ForecastPolicy;
import dev.keelson.core.policy.RecoveryPolicy;
import dev.keelson.core.policy.SpotPolicy;
import dev.keelson.core.tenant.Tenant;
import java.util.SortedMap;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * One document that was read without a problem of its own, with the places that the checks across
 * documents point at.
 *
 * @param nameAt where its name stands
 * @param referenceAt where it names another manifest; the name's place if it names none
 */
record Manifest(
        ManifestKind kind,
        String name,
        Content content,
        Source source,
        Node nameAt,
        Node referenceAt) {
    /** What a manifest says, in core's records. */
    sealed interface Content {
        record OfDeployment(Deployment deployment) implements Content {}

        record OfAutoscaling(AutoscalingPolicy policy) implements Content {}

        record OfForecast(ForecastPolicy policy) implements Content {}

        record OfAccelerators(AcceleratorPolicy policy) implements Content {}

        record OfRecovery(RecoveryPolicy policy) implements Content {}

        record OfSpot(SpotPolicy policy) implements Content {}

        record OfAutonomy(SortedMap<ActionClass, Autonomy> autonomy) implements Content {}

        record OfFleet(ManifestSet.NodeBounds nodes) implements Content {}

        record OfTenant(Tenant tenant) implements Content {}
    }
}
