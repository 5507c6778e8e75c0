package dev.keelson.gateway.route;

import dev.keelson.protocol.v1.RoutedDeployment;
import dev.keelson.protocol.v1.RoutingTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a routing table says of names, for every request to look up without a lock.
 *
 * @param hasTable has any table been taken, from the control plane or from disk?
 * @param targets by the names of models, deployments and adapters; a name of two is the first
 *     one's, and a model's before an adapter's
 * @param models that the API shows
 * @param quarantined fingerprints of requests that are refused in the whole fleet
 */
public record KnownFleet(
        boolean hasTable,
        Map<String, Target> targets,
        List<Model> models,
        Set<String> quarantined) {
    /**
     * A name of the API.
     *
     * @param parent the model that an adapter is of; null for a model
     */
    public record Model(String name, @Nullable String parent) {}

    static final KnownFleet NONE = new KnownFleet(false, Map.of(), List.of(), Set.of());

    public KnownFleet {
        targets = Map.copyOf(targets);
        models = List.copyOf(models);
        quarantined = Set.copyOf(quarantined);
    }

    static KnownFleet of(RoutingTable table) {
        Map<String, Target> targets = new HashMap<>();
        Set<Model> models = new LinkedHashSet<>();
        for (RoutedDeployment routed : table.getDeploymentsList()) {
            Target target = new Target(routed.getDeployment(), null);
            targets.putIfAbsent(served(routed), target);
            targets.putIfAbsent(routed.getDeployment(), target);
            models.add(new Model(served(routed), null));
        }
        for (RoutedDeployment routed : table.getDeploymentsList()) {
            for (String adapter : routed.getAdaptersList()) {
                Target target = new Target(routed.getDeployment(), adapter);
                if (targets.putIfAbsent(adapter, target) == null) {
                    models.add(new Model(adapter, served(routed)));
                }
            }
        }
        return new KnownFleet(
                true, targets, new ArrayList<>(models), Set.copyOf(table.getQuarantinedList()));
    }

    private static String served(RoutedDeployment routed) {
        return routed.getServedModel().isEmpty() ? routed.getDeployment() : routed.getServedModel();
    }

    /** What serves the model; null if there is nothing. */
    public @Nullable Target targetOf(String model) {
        return targets.get(model);
    }
}
