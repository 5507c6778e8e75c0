package dev.keelson.core.testing;

import dev.keelson.core.demand.DemandReadings;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.Accelerator;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.ControlHealth;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.EngineLoad;
import dev.keelson.core.fleet.EngineSpec;
import dev.keelson.core.fleet.FaultDomain;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.OperatorRequest;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.fleet.Revision;
import dev.keelson.core.policy.Freeze;
import dev.keelson.core.policy.Slo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Builds a fleet's state: heard, connected and settled unless said otherwise. Not thread-safe. */
public final class FleetBuilder {
    public static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    public static final DeploymentId CHAT = new DeploymentId("chat");

    private Instant now = START;
    private final TreeMap<NodeId, Node> nodes = new TreeMap<>();
    private final TreeMap<DeploymentId, DeploymentState> deployments = new TreeMap<>();
    private final TreeMap<ReplicaId, Replica> replicas = new TreeMap<>();
    private final List<Freeze> freezes = new ArrayList<>();
    private final List<OperatorRequest> requests = new ArrayList<>();

    private FleetBuilder() {}

    public static FleetBuilder aFleet() {
        return new FleetBuilder();
    }

    public FleetBuilder at(Instant moment) {
        now = moment;
        return this;
    }

    /**
     * So many ON_DEMAND nodes with room for two replicas each, one rack and zone each: node-1,
     * node-2, ...
     */
    public FleetBuilder withNodes(int count) {
        for (int i = 1; i <= count; i++) {
            withNode("node-" + i, "zone-" + i, CapacityType.ON_DEMAND);
        }
        return this;
    }

    public FleetBuilder withNode(String name, String zone, CapacityType capacityType) {
        return withNode(name, zone, capacityType, "cpu");
    }

    public FleetBuilder withNode(
            String name, String zone, CapacityType capacityType, String accelerator) {
        var id = new NodeId(name);
        nodes.put(
                id,
                new Node(
                        id,
                        new FaultDomain("local", zone, "rack-" + name),
                        capacityType,
                        NodeState.READY,
                        false,
                        List.of(new Accelerator(accelerator, 0)),
                        1000,
                        now,
                        true,
                        false,
                        null));
        return this;
    }

    /** The deployment "chat": 8 sequences a replica, half a node each, idle. */
    public FleetBuilder withChat(int min, int max) {
        return withChat(min, max, 0);
    }

    public FleetBuilder withChat(int min, int max, double inFlight) {
        var demand =
                new DemandReadings(
                        new Reading(inFlight, now),
                        new Reading(0, now),
                        new Reading(inFlight, now),
                        null,
                        null);
        deployments.put(CHAT, new DeploymentState(chat(min, max), List.of(revision(1)), demand));
        return this;
    }

    public FleetBuilder withReplica(String name, String node, ReplicaState state) {
        var id = new ReplicaId(name);
        replicas.put(id, replica(id, 1, new NodeId(node), state, now));
        return this;
    }

    public FleetBuilder withFreeze(Freeze freeze) {
        freezes.add(freeze);
        return this;
    }

    public FleetBuilder withRequest(OperatorRequest request) {
        requests.add(request);
        return this;
    }

    public FleetState build() {
        return new FleetState(
                now,
                1,
                new ControlHealth(now.minus(Duration.ofHours(1)), Duration.ofMillis(500), now),
                nodes,
                deployments,
                replicas,
                freezes,
                requests);
    }

    public static Deployment chat(int min, int max) {
        return new Deployment(
                CHAT,
                engine(1),
                new Slo(Duration.ofSeconds(2), Duration.ofMillis(100)),
                min,
                max,
                500,
                8,
                2048);
    }

    public static EngineSpec engine(int revision) {
        var knobs = new TreeMap<String, String>();
        knobs.put("min_step_ms", "20");
        knobs.put("revision", Integer.toString(revision));
        return new EngineSpec("gpu-runtime", "models/small", "small", knobs);
    }

    public static Revision revision(int number) {
        return new Revision(CHAT, number, engine(number));
    }

    public static Replica replica(
            ReplicaId id, int revision, NodeId node, ReplicaState state, Instant at) {
        return new Replica(
                id,
                CHAT,
                revision,
                node,
                state,
                500,
                at,
                at,
                null,
                null,
                null,
                state == ReplicaState.READY ? Duration.ofSeconds(3) : null,
                null,
                EngineLoad.UNKNOWN,
                null);
    }
}
