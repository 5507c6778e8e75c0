package dev.keelson.core.policy;

import dev.keelson.core.fleet.DeploymentId;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All policy in force.
 *
 * @param hash of the manifests' text, hexadecimal SHA-256; names this policy in the journal
 * @param maxNodes most nodes the provider may hold; the fleet acquires up to it
 */
public record Policies(
        String hash,
        SortedMap<DeploymentId, AutoscalingPolicy> autoscaling,
        SortedMap<DeploymentId, ForecastPolicy> forecasting,
        SortedMap<DeploymentId, AcceleratorPolicy> accelerators,
        RecoveryPolicy recovery,
        SpotPolicy spot,
        SortedMap<ActionClass, Autonomy> autonomy,
        int minNodes,
        int maxNodes) {
    public Policies {
        autoscaling = Collections.unmodifiableSortedMap(new TreeMap<>(autoscaling));
        forecasting = Collections.unmodifiableSortedMap(new TreeMap<>(forecasting));
        accelerators = Collections.unmodifiableSortedMap(new TreeMap<>(accelerators));
        autonomy = Collections.unmodifiableSortedMap(new TreeMap<>(autonomy));
    }

    /** With the default forecast scaling of every deployment, on any accelerator. */
    public Policies(
            String hash,
            SortedMap<DeploymentId, AutoscalingPolicy> autoscaling,
            RecoveryPolicy recovery,
            SpotPolicy spot,
            SortedMap<ActionClass, Autonomy> autonomy,
            int minNodes,
            int maxNodes) {
        this(hash, autoscaling, new TreeMap<>(), recovery, spot, autonomy, minNodes, maxNodes);
    }

    /** On any accelerator. */
    public Policies(
            String hash,
            SortedMap<DeploymentId, AutoscalingPolicy> autoscaling,
            SortedMap<DeploymentId, ForecastPolicy> forecasting,
            RecoveryPolicy recovery,
            SpotPolicy spot,
            SortedMap<ActionClass, Autonomy> autonomy,
            int minNodes,
            int maxNodes) {
        this(
                hash,
                autoscaling,
                forecasting,
                new TreeMap<>(),
                recovery,
                spot,
                autonomy,
                minNodes,
                maxNodes);
    }

    public ForecastPolicy forecastingOf(DeploymentId deployment) {
        var found = forecasting.get(deployment);
        return found != null ? found : ForecastPolicy.defaults(deployment);
    }

    public AcceleratorPolicy acceleratorsOf(DeploymentId deployment) {
        var found = accelerators.get(deployment);
        return found != null ? found : AcceleratorPolicy.any(deployment);
    }

    public AutoscalingPolicy autoscalingOf(DeploymentId deployment) {
        var found = autoscaling.get(deployment);
        return found != null ? found : AutoscalingPolicy.defaults(deployment);
    }

    /** How far forecasts of this deployment act: by its own mode, else by the fleet's word. */
    public Autonomy autonomyOfForecasts(DeploymentId deployment) {
        var mode = forecastingOf(deployment).mode();
        if (mode == null) {
            return autonomyOf(ActionClass.FORECAST);
        }
        return switch (mode) {
            case ADVISE -> Autonomy.ADVISE;
            case ACT -> Autonomy.AUTO;
        };
    }

    public Autonomy autonomyOf(ActionClass actionClass) {
        return autonomy.getOrDefault(actionClass, Autonomy.ADVISE);
    }
}
