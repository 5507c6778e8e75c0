package dev.keelson.manifest;

import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.policy.AcceleratorPolicy;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.AutoscalingPolicy;
import dev.keelson.core.policy.ForecastPolicy;
import dev.keelson.core.policy.Policies;
import dev.keelson.core.policy.RecoveryPolicy;
import dev.keelson.core.policy.SpotPolicy;
import dev.keelson.core.tenant.Tenant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a folder of valid manifests says.
 *
 * @param autonomy per action class; a class that is not named is ADVISE
 * @param nodes bounds of a {@code Fleet} manifest; null where there is none
 * @param tenants by name; without any, requests need no key
 * @param text all files in the order of their names, each after a line {@code # file: NAME}
 * @param hash hexadecimal SHA-256 of the text
 */
public record ManifestSet(
        SortedMap<DeploymentId, Deployment> deployments,
        SortedMap<DeploymentId, AutoscalingPolicy> autoscaling,
        SortedMap<DeploymentId, ForecastPolicy> forecasting,
        SortedMap<DeploymentId, AcceleratorPolicy> accelerators,
        RecoveryPolicy recovery,
        SpotPolicy spot,
        SortedMap<ActionClass, Autonomy> autonomy,
        @Nullable NodeBounds nodes,
        SortedMap<String, Tenant> tenants,
        String text,
        String hash) {
    public ManifestSet {
        deployments = Collections.unmodifiableSortedMap(new TreeMap<>(deployments));
        autoscaling = Collections.unmodifiableSortedMap(new TreeMap<>(autoscaling));
        forecasting = Collections.unmodifiableSortedMap(new TreeMap<>(forecasting));
        accelerators = Collections.unmodifiableSortedMap(new TreeMap<>(accelerators));
        autonomy = Collections.unmodifiableSortedMap(new TreeMap<>(autonomy));
        tenants = Collections.unmodifiableSortedMap(new TreeMap<>(tenants));
    }

    /** Fewest and most nodes that the provider may hold. */
    public record NodeBounds(int min, int max) {}

    /**
     * The policies in force.
     *
     * @param minNodes used where no {@code Fleet} manifest gives bounds
     * @param maxNodes used where no {@code Fleet} manifest gives bounds
     */
    public Policies policies(int minNodes, int maxNodes) {
        var bounds = nodes != null ? nodes : new NodeBounds(minNodes, maxNodes);
        return new Policies(
                hash,
                autoscaling,
                forecasting,
                accelerators,
                recovery,
                spot,
                autonomy,
                bounds.min(),
                bounds.max());
    }
}
