package dev.keelson.controlplane.observe;

import com.google.protobuf.ByteString;
import dev.keelson.controlplane.store.LeaderLease;
import dev.keelson.core.control.PlannerMemoryStore;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.EngineSpec;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.fleet.Revision;
import dev.keelson.core.plan.PlannerMemory;
import dev.keelson.core.tenant.Tenant;
import dev.keelson.core.tenant.TenantLimits;
import dev.keelson.protocol.v1.GatewayInstruction;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.RoutedDeployment;
import dev.keelson.protocol.v1.RoutedReplica;
import dev.keelson.protocol.v1.RoutedTenant;
import dev.keelson.protocol.v1.RoutingTable;
import dev.keelson.protocol.v1.TenantRate;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which replicas take requests, pushed to every gateway as soon as it changes. Thread-safe. READY
 * replicas of any revision that is not bad take new requests; where there is none, any READY
 * replica does, since serving something beats serving nothing.
 */
public final class RoutingTables {
    private static final String MAX_LORAS = "max_loras"; // vLLM's name, and gpu-runtime's

    private final FleetBoard fleet;
    private final GatewayBoard gateways;
    private final ManifestWatch manifests;
    private final PlannerMemoryStore memory;
    private final LeaderLease lease;
    private final Map<String, GatewayBoard.Link> pushedTo = new HashMap<>();
    private final Map<String, Boolean> leaving = new HashMap<>();
    private RoutingTable current = RoutingTable.getDefaultInstance();
    private boolean first = true;

    public RoutingTables(
            FleetBoard fleet,
            GatewayBoard gateways,
            ManifestWatch manifests,
            PlannerMemoryStore memory,
            LeaderLease lease) {
        this.fleet = fleet;
        this.gateways = gateways;
        this.manifests = manifests;
        this.memory = memory;
        this.lease = lease;
    }

    public synchronized RoutingTable current() {
        return current;
    }

    /**
     * Builds the table and pushes it to whoever does not have it yet. One who no longer leads sends
     * nothing.
     */
    public synchronized void refresh() {
        if (!lease.isHeld()) {
            return;
        }
        var next = build();
        var changed =
                first
                        || !next.getDeploymentsList().equals(current.getDeploymentsList())
                        || !next.getQuarantinedList().equals(current.getQuarantinedList())
                        || !next.getTenantsList().equals(current.getTenantsList())
                        || next.getGateways() != current.getGateways();
        first = false;
        if (changed) {
            current = next.toBuilder().setVersion(current.getVersion() + 1).build();
        }
        var links = gateways.links();
        pushedTo.keySet().retainAll(links.keySet());
        links.forEach((name, link) -> {
            var leave = gateways.isLeaving(name);
            var known = link.equals(pushedTo.get(name));
            if (changed || !known || leave != leaving.getOrDefault(name, false)) {
                pushedTo.put(name, link);
                leaving.put(name, leave);
                link.send(
                        GatewayInstruction.newBuilder()
                                .setTable(current.toBuilder().setLeave(leave))
                                .build());
            }
        });
    }

    private RoutingTable build() {
        var now = memory.load();
        var replicas = fleet.replicas();
        var table = RoutingTable.newBuilder().setEpoch(lease.epoch());
        var inForce = manifests.inForce();
        inForce.deployments()
                .values()
                .forEach(deployment ->
                        table.addDeployments(
                                route(
                                        deployment,
                                        inForce.revisions()
                                                .getOrDefault(deployment.id(), List.of()),
                                        replicas,
                                        now)));
        var tenants = inForce.tenants();
        if (!tenants.isEmpty()) {
            tenants.values().forEach(tenant -> table.addTenants(routed(tenant)));
            table.setGateways(Math.max(1, gateways.tenantLoads().size()));
        }
        return table.addAllQuarantined(gateways.quarantined()).build();
    }

    private static RoutedTenant routed(Tenant tenant) {
        var limits = tenant.limits();
        var routed = RoutedTenant.newBuilder().setTenant(tenant.name()).setWeight(tenant.weight());
        for (String hash : tenant.keyHashes()) {
            routed.addKeySha256(ByteString.copyFrom(HexFormat.of().parseHex(hash)));
        }
        if (limits.requests() != null) {
            routed.setRequests(rate(limits.requests()));
        }
        if (limits.tokens() != null) {
            routed.setTokens(rate(limits.tokens()));
        }
        if (limits.concurrency() != null) {
            routed.setConcurrency(limits.concurrency());
        }
        return routed.build();
    }

    private static TenantRate rate(TenantLimits.Rate rate) {
        return TenantRate.newBuilder()
                .setPerSecond(rate.perSecond())
                .setBurst(rate.burst())
                .build();
    }

    private static RoutedDeployment route(
            Deployment deployment,
            List<Revision> revisions,
            List<FleetBoard.ReplicaView> replicas,
            PlannerMemory memory) {
        var routed =
                RoutedDeployment.newBuilder()
                        .setDeployment(deployment.id().value())
                        .setServedModel(deployment.engine().servedModel())
                        .setContextTokens(deployment.contextTokens())
                        .addAllAdapters(deployment.engine().adapters().keySet());
        var ours =
                replicas.stream()
                        .filter(view -> view.replica().deployment().equals(deployment.id()))
                        .filter(view -> view.replica().url() != null)
                        .filter(view -> isThere(view, memory))
                        .toList();
        var ready =
                ours.stream()
                        .filter(view -> view.replica().state() == ReplicaState.READY)
                        .filter(view -> !view.asleep())
                        .toList();
        var serving = ready.stream().filter(view -> serves(view, memory)).toList();
        (serving.isEmpty() ? ready : serving)
                .forEach(view ->
                        routed.addReplicas(
                                routed(deployment, revisions, view, ReplicaPhase.READY)));
        ours.stream()
                .filter(view -> view.replica().state() == ReplicaState.DRAINING)
                .forEach(view ->
                        routed.addReplicas(
                                routed(deployment, revisions, view, ReplicaPhase.DRAINING)));
        return routed.build();
    }

    /** While a revision is rolled out, replicas differ in what they serve. */
    private static Optional<EngineSpec> engineOf(int number, List<Revision> revisions) {
        return revisions.stream()
                .filter(revision -> revision.number() == number)
                .findFirst()
                .map(Revision::engine);
    }

    /** As its knobs say; 0 where they say nothing, or what no engine takes. */
    private static int adapterSlots(EngineSpec engine) {
        String slots = engine.knobs().getOrDefault(MAX_LORAS, "");
        return slots.matches("\\d{1,4}") ? Integer.parseInt(slots) : 0;
    }

    private static boolean isThere(FleetBoard.ReplicaView view, PlannerMemory memory) {
        var judged = memory.nodes().get(view.replica().node());
        return judged != NodeState.LOST && judged != NodeState.GONE;
    }

    /** A revision that is being rolled out takes its share of traffic: only so can it be judged. */
    private static boolean serves(FleetBoard.ReplicaView view, PlannerMemory memory) {
        var deployed = memory.deployments().get(view.replica().deployment());
        return deployed == null || !deployed.badRevisions().contains(view.replica().revision());
    }

    private static RoutedReplica routed(
            Deployment deployment,
            List<Revision> revisions,
            FleetBoard.ReplicaView view,
            ReplicaPhase phase) {
        var replica = view.replica();
        var url = replica.url();
        var engine = engineOf(replica.revision(), revisions);
        return RoutedReplica.newBuilder()
                .setReplica(replica.id().value())
                .setNode(replica.node().value())
                .setUrl(url == null ? "" : url)
                .setPhase(phase)
                .setRevision(replica.revision())
                .setMaxSequences(
                        view.maxSequences() > 0 ? view.maxSequences() : deployment.maxSequences())
                .addAllAdapters(engine.map(e -> e.adapters().keySet()).orElse(Set.of()))
                .setAdapterSlots(engine.map(RoutingTables::adapterSlots).orElse(0))
                .build();
    }
}
