package dev.keelson.gateway.route;

import dev.keelson.protocol.v1.RoutedDeployment;
import dev.keelson.protocol.v1.RoutingTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a routing table says of names, for every request to look up without a lock.
 *
 * @param hasTable has any table been taken, from the control plane or from disk?
 * @param deployments by served name and by their own; a name of two is the first one's
 * @param models names that the API shows
 * @param quarantined fingerprints of requests that are refused in the whole fleet
 */
public record KnownFleet(
        boolean hasTable,
        Map<String, String> deployments,
        List<String> models,
        Set<String> quarantined) {
    static final KnownFleet NONE = new KnownFleet(false, Map.of(), List.of(), Set.of());

    public KnownFleet {
        deployments = Map.copyOf(deployments);
        models = List.copyOf(models);
        quarantined = Set.copyOf(quarantined);
    }

    static KnownFleet of(RoutingTable table) {
        Map<String, String> deployments = new HashMap<>();
        List<String> models = new ArrayList<>();
        for (RoutedDeployment routed : table.getDeploymentsList()) {
            String name = routed.getDeployment();
            String served = routed.getServedModel().isEmpty() ? name : routed.getServedModel();
            deployments.putIfAbsent(served, name);
            deployments.putIfAbsent(name, name);
            if (!models.contains(served)) {
                models.add(served);
            }
        }
        return new KnownFleet(true, deployments, models, Set.copyOf(table.getQuarantinedList()));
    }

    /** The deployment that serves the model; null if there is none. */
    public @Nullable String deploymentOf(String model) {
        return deployments.get(model);
    }
}
