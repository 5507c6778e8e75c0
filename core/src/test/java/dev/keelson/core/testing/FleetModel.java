package dev.keelson.core.testing;

import static dev.keelson.core.testing.FleetBuilder.CHAT;
import static dev.keelson.core.testing.FleetBuilder.START;

import dev.keelson.core.control.ForecastSource;
import dev.keelson.core.demand.DemandReadings;
import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.ControlHealth;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.FaultDomain;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.Notice;
import dev.keelson.core.fleet.OperatorRequest;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.fleet.Revision;
import dev.keelson.core.plan.Action;
import dev.keelson.core.plan.Decision;
import dev.keelson.core.plan.IncidentChange;
import dev.keelson.core.plan.Plan;
import dev.keelson.core.plan.Planner;
import dev.keelson.core.plan.PlannerMemory;
import dev.keelson.core.policy.Approval;
import dev.keelson.core.policy.Freeze;
import dev.keelson.core.policy.Policies;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A fleet on virtual time: half-second ticks, engines ready 3 s after their start, drains that take
 * 2 s.
 */
public final class FleetModel {
    private static final Duration TICK = Duration.ofMillis(500);

    public final TreeMap<NodeId, Node> nodes = new TreeMap<>();
    public final TreeMap<ReplicaId, Replica> replicas = new TreeMap<>();
    public final List<Decision> decisions = new ArrayList<>();
    public final List<IncidentChange> incidents = new ArrayList<>();
    public final List<Freeze> freezes = new ArrayList<>();
    public final List<OperatorRequest> requests = new ArrayList<>();
    public final List<Approval> approvals = new ArrayList<>();
    public final List<Revision> revisions = new ArrayList<>(List.of(FleetBuilder.revision(1)));
    public final TreeSet<NodeId> silent = new TreeSet<>();
    public final TreeSet<Integer> brokenRevisions = new TreeSet<>();
    public final TreeMap<Integer, Double> failureShares = new TreeMap<>();
    public PlannerMemory memory = PlannerMemory.EMPTY;
    public ForecastSource forecasts = ForecastSource.NONE;

    /** What the last tick was planned with. */
    public Forecasts expected = Forecasts.NONE;

    public Policies policies = PoliciesBuilder.automatic();
    public Instant now = START;
    public Instant startedAt = START.minusSeconds(60);
    public Duration pause = Duration.ZERO;
    public Instant pausedAt = START;
    public @Nullable Double requestsThere = 0.0;

    /** Tokens per second of the newest window; null where nothing is known. */
    public @Nullable Double promptTokensThere;

    public @Nullable Double outputTokensThere;

    /** State that the last tick was planned from. */
    public @Nullable FleetState planned;

    public int fewestReady = Integer.MAX_VALUE;

    private final int min;
    private final int max;

    public FleetModel(int nodeCount, int min, int max) {
        this.min = min;
        this.max = max;
        for (int i = 1; i <= nodeCount; i++) {
            addNode("node-" + i, "zone-" + i, CapacityType.ON_DEMAND);
        }
    }

    public void addNode(String name, String zone, CapacityType type) {
        addNode(name, zone, type, "cpu");
    }

    public void addNode(String name, String zone, CapacityType type, String accelerator) {
        nodes.put(
                new NodeId(name),
                FleetBuilder.aFleet()
                        .at(now)
                        .withNode(name, zone, type, accelerator)
                        .build()
                        .nodes()
                        .get(new NodeId(name)));
    }

    public FleetState state() {
        var reading = requestsThere == null ? null : new Reading(requestsThere, now);
        var demand =
                new DemandReadings(
                        reading,
                        requestsThere == null ? null : new Reading(0, now),
                        reading,
                        outputTokensThere == null ? null : new Reading(outputTokensThere, now),
                        null,
                        promptTokensThere == null ? null : new Reading(promptTokensThere, now),
                        null,
                        null);
        var deployments = new TreeMap<DeploymentId, DeploymentState>();
        var shares = new TreeMap<Integer, Reading>();
        failureShares.forEach((revision, share) -> shares.put(revision, new Reading(share, now)));
        deployments.put(
                CHAT, new DeploymentState(FleetBuilder.chat(min, max), revisions, demand, shares));
        return new FleetState(
                now,
                1,
                new ControlHealth(startedAt, pause, pausedAt),
                nodes,
                deployments,
                replicas,
                freezes,
                requests,
                approvals);
    }

    public Plan tick() {
        now = now.plus(TICK);
        progress();
        planned = state();
        expected = forecasts.forecasts(planned);
        var plan = Planner.plan(planned, memory, expected, policies);
        memory = plan.memory();
        decisions.addAll(plan.decisions());
        incidents.addAll(plan.incidents());
        plan.actions().forEach(this::apply);
        requests.clear();
        fewestReady = Math.min(fewestReady, ready());
        return plan;
    }

    public FleetModel run(Duration time) {
        for (var end = now.plus(time); now.isBefore(end); ) {
            tick();
        }
        return this;
    }

    public int ready() {
        return (int)
                replicas.values().stream()
                        .filter(r -> r.state() == ReplicaState.READY && !silent.contains(r.node()))
                        .count();
    }

    private void progress() {
        for (Node n : List.copyOf(nodes.values())) {
            var id = n.id();
            if (!silent.contains(id)) {
                nodes.put(id, node(n, n.cordoned(), now, true, n.notice()));
            }
        }
        for (Replica r : List.copyOf(replicas.values())) {
            if (silent.contains(r.node())) {
                continue;
            }
            var age = Duration.between(r.changedAt(), now);
            switch (r.state()) {
                case PENDING -> to(r, ReplicaState.STARTING, null);
                case STARTING -> {
                    if (brokenRevisions.contains(r.revision())) {
                        to(r, ReplicaState.FAILED, "exit code 1");
                    } else if (age.toMillis() >= 3000) {
                        to(r, ReplicaState.READY, null);
                    }
                }
                case DRAINING -> {
                    if (age.toMillis() >= 2000) {
                        to(r, ReplicaState.STOPPED, null);
                    }
                }
                case STOPPED, FAILED -> {
                    if (age.toSeconds() > 60) {
                        replicas.remove(r.id());
                    }
                }
                case READY -> {}
            }
        }
    }

    public void to(Replica r, ReplicaState state, @Nullable String reason) {
        replicas.put(
                r.id(),
                new Replica(
                        r.id(),
                        r.deployment(),
                        r.revision(),
                        r.node(),
                        state,
                        r.thousandths(),
                        r.decidedAt(),
                        now,
                        null,
                        null,
                        null,
                        state == ReplicaState.READY ? Duration.ofSeconds(3) : r.startup(),
                        null,
                        r.load(),
                        reason));
    }

    public void silence(String name) {
        silent.add(new NodeId(name));
        var n = nodes.get(new NodeId(name));
        if (n != null) {
            nodes.put(n.id(), node(n, n.cordoned(), n.lastHeardAt(), false, n.notice()));
        }
    }

    public void notice(String name, Duration lead) {
        var n = nodes.get(new NodeId(name));
        if (n != null) {
            nodes.put(
                    n.id(),
                    node(n, n.cordoned(), now, true, new Notice("terminate", now, now.plus(lead))));
        }
    }

    /** The same node, told or heard something else. */
    static Node node(
            Node n, boolean cordoned, Instant heard, boolean connected, @Nullable Notice notice) {
        return new Node(
                n.id(),
                n.domain(),
                n.capacityType(),
                n.state(),
                cordoned,
                n.accelerators(),
                n.capacityThousandths(),
                heard,
                connected,
                n.provided(),
                notice);
    }

    private void apply(Action action) {
        switch (action) {
            case Action.Scale _, Action.PromoteRevision _, Action.RevertRevision _ -> {}
            case Action.StartReplica a ->
                    replicas.put(
                            a.target(),
                            FleetBuilder.replica(
                                    a.target(), a.revision(), a.node(), ReplicaState.PENDING, now));
            case Action.DrainReplica a -> change(a.target(), ReplicaState.DRAINING);
            case Action.StopReplica a -> change(a.target(), ReplicaState.STOPPED);
            case Action.CordonNode a -> cordon(a.target(), true);
            case Action.UncordonNode a -> cordon(a.target(), false);
            case Action.AcquireNode a -> {
                int number = nodes.size() + 1;
                var name = "node-" + number;
                addNode(name, "zone-" + number, a.capacityType());
                nodes.computeIfPresent(
                        new NodeId(name),
                        (id, n) ->
                                new Node(
                                        id,
                                        new FaultDomain("local", "zone-" + number, "rack"),
                                        n.capacityType(),
                                        NodeState.READY,
                                        false,
                                        n.accelerators(),
                                        1000,
                                        now,
                                        true,
                                        true,
                                        null));
            }
            case Action.ReleaseNode a -> nodes.remove(a.target());
        }
    }

    private void change(ReplicaId id, ReplicaState state) {
        var r = replicas.get(id);
        if (r != null && r.state().isLive() && !silent.contains(r.node())) {
            to(r, state, null);
        }
    }

    private void cordon(NodeId id, boolean cordoned) {
        var n = nodes.get(id);
        if (n != null) {
            nodes.put(id, node(n, cordoned, n.lastHeardAt(), n.connected(), n.notice()));
        }
    }
}
