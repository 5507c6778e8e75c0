package dev.keelson.controlplane.observe;

import dev.keelson.controlplane.store.NodeRow;
import dev.keelson.controlplane.store.NodeTable;
import dev.keelson.controlplane.store.ReplicaRow;
import dev.keelson.controlplane.store.ReplicaRow.Ending;
import dev.keelson.controlplane.store.ReplicaTable;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.EngineLoad;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.Notice;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.protocol.v1.AgentHello;
import dev.keelson.protocol.v1.CommandResult;
import dev.keelson.protocol.v1.Heartbeat;
import dev.keelson.protocol.v1.ReplicaReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Nodes and replicas as their agents last reported them, together with what was decided of them.
 * Thread-safe: one lock. Every time in it is this process's. Changes of state are written to the
 * database before anybody sees them.
 */
public final class FleetBoard {
    /** An accepted start that the agent's heartbeats do not show after this long did not happen. */
    private static final Duration SHOWN_WITHIN = Duration.ofSeconds(6);

    private static final Duration STORE_HEARD_EVERY = Duration.ofMinutes(1);
    private static final int MOST_KEPT = 400;
    private static final Duration NODE_KEPT = Duration.ofDays(7);

    private final NodeTable nodeTable;
    private final ReplicaTable replicaTable;
    private final InstantSource clock;
    private final Map<NodeId, NodeEntry> nodes = new TreeMap<>();
    private final Map<ReplicaId, ReplicaEntry> replicas = new TreeMap<>();
    private Runnable changed = () -> {};

    public FleetBoard(NodeTable nodeTable, ReplicaTable replicaTable, InstantSource clock) {
        this.nodeTable = nodeTable;
        this.replicaTable = replicaTable;
        this.clock = clock;
        nodeTable.all().forEach(row -> nodes.put(new NodeId(row.name()), new NodeEntry(row)));
        replicaTable
                .newest(MOST_KEPT)
                .forEach(row -> replicas.put(row.replica().id(), new ReplicaEntry(row)));
    }

    /** Called, outside the lock, after anything changed that routing or a plan depends on. */
    public void whenChanged(Runnable listener) {
        changed = listener;
    }

    // ---- what agents say ----

    public void hello(NodeId id, AgentHello hello, AgentLink link) {
        synchronized (this) {
            var now = clock.instant();
            var facts = Reports.facts(hello);
            var entry = nodes.get(id);
            var row =
                    entry == null
                            ? new NodeRow(id.value(), facts, false, false, false, false, now)
                            : new NodeRow(
                                    id.value(),
                                    facts,
                                    entry.row.cordoned(),
                                    entry.row.provided(),
                                    false,
                                    false,
                                    now);
            nodeTable.save(row);
            if (entry == null) {
                entry = new NodeEntry(row);
                nodes.put(id, entry);
            }
            entry.row = row;
            entry.link = link;
            entry.lastHeardAt = now;
            entry.notice = null;
            // A new session may be a new agent process: it is asked again for what is unfinished.
            on(id).forEach(ReplicaEntry::nothingUnderWay);
        }
        changed.run();
    }

    public void heartbeat(NodeId id, Heartbeat beat) {
        boolean different;
        synchronized (this) {
            var node = nodes.get(id);
            if (node == null) {
                return;
            }
            var now = clock.instant();
            different = take(node, beat, now);
            var named = new HashSet<ReplicaId>();
            for (var report : beat.getReplicasList()) {
                var replica = new ReplicaId(report.getReplica());
                named.add(replica);
                different |= take(id, replica, report, now);
            }
            different |= missing(id, named, now);
        }
        if (different) {
            changed.run();
        }
    }

    public void closed(NodeId id, AgentLink link) {
        synchronized (this) {
            var node = nodes.get(id);
            if (node == null || !link.equals(node.link)) {
                return;
            }
            node.link = null;
            on(id).forEach(ReplicaEntry::nothingUnderWay);
            if (node.row.releasing()
                    && on(id).stream().noneMatch(r -> r.replica().state().isLive())) {
                node.row = node.row.withGone(true);
                nodeTable.save(node.row);
            }
        }
        changed.run();
    }

    /** An agent's answer to a command; the id is that of {@link Commands}. */
    public void result(NodeId id, CommandResult result) {
        synchronized (this) {
            var target = Commands.targetOf(result.getCommandId());
            var entry = target.isEmpty() ? null : replicas.get(target.get());
            if (entry == null || !entry.replica().node().equals(id)) {
                return;
            }
            var now = clock.instant();
            switch (result.getStatus()) {
                case ACCEPTED, DUPLICATE -> entry.takenAt = now;
                case REFUSED -> {
                    if (entry.replica().state() == ReplicaState.PENDING) {
                        move(entry, ReplicaState.FAILED, "refused: " + result.getMessage(), now);
                    } else {
                        entry.takenAt = now;
                    }
                }
                case EXPIRED, STALE_EPOCH, STATUS_UNSPECIFIED, UNRECOGNIZED ->
                        entry.nothingUnderWay();
            }
        }
        changed.run();
    }

    private boolean take(NodeEntry node, Heartbeat beat, Instant now) {
        node.lastHeardAt = now;
        node.clockOffsetMs = beat.getAgentClockMs() - now.toEpochMilli();
        node.spooled = beat.getSpooled();
        node.dropped = beat.getDropped();
        node.cpuUse =
                beat.hasHost() && beat.getHost().hasCpuUse() ? beat.getHost().getCpuUse() : null;
        if (Duration.between(node.storedAt, now).compareTo(STORE_HEARD_EVERY) > 0) {
            node.storedAt = now;
            node.row = node.row.withLastHeardAt(now);
            nodeTable.save(node.row);
        }
        if (!beat.hasNotice()) {
            var had = node.notice != null;
            node.notice = null;
            return had;
        }
        if (node.notice != null) {
            return false;
        }
        node.notice =
                new Notice(
                        beat.getNotice().getKind(),
                        now,
                        now.plusMillis(beat.getNotice().getRemainingMs()));
        return true;
    }

    private boolean take(NodeId node, ReplicaId id, ReplicaReport report, Instant now) {
        var entry = replicas.get(id);
        if (entry != null && !entry.replica().node().equals(node)) {
            // Names are never used twice; whoever reports another node's replica is not believed.
            return false;
        }
        var before = entry == null ? Reports.unknown(id, node, report, now) : entry.replica();
        var ending = entry == null ? Ending.NONE : entry.row.ending();
        var state = Reports.state(report.getPhase(), before.state(), ending);
        var after = Reports.merge(before, report, state, now);
        var isNew = entry == null;
        if (entry == null) {
            entry = new ReplicaEntry(ReplicaRow.started(after));
            replicas.put(id, entry);
        }
        entry.reported = true;
        var isSetOtherwise =
                entry.maxSequences != report.getMaxSequences()
                        || entry.asleep != report.getAsleep();
        entry.maxSequences = report.getMaxSequences();
        entry.asleep = report.getAsleep();
        var isNews =
                before.state() != after.state()
                        || !java.util.Objects.equals(before.url(), after.url())
                        || !java.util.Objects.equals(before.pid(), after.pid())
                        || isNew;
        entry.row = entry.row.with(after);
        if (isNews) {
            replicaTable.save(entry.row);
        }
        return isNews || isSetOtherwise;
    }

    /** Replicas that the agent's full report leaves out are not there any more. */
    private boolean missing(NodeId node, Set<ReplicaId> named, Instant now) {
        var different = false;
        for (var entry : on(node)) {
            if (named.contains(entry.replica().id()) || !entry.replica().state().isLive()) {
                continue;
            }
            var waiting = entry.replica().state() == ReplicaState.PENDING;
            var overdue =
                    entry.takenAt != null
                            && Duration.between(entry.takenAt, now).compareTo(SHOWN_WITHIN) > 0;
            if (!waiting || overdue) {
                var ended = entry.row.ending() != Ending.NONE;
                move(
                        entry,
                        ended ? ReplicaState.STOPPED : ReplicaState.FAILED,
                        ended ? entry.row.endingReason() : "vanished",
                        now);
                different = true;
            }
        }
        return different;
    }

    // ---- what was decided ----

    /**
     * Records a decided start; the reconciler sends it. A name that is known already changes
     * nothing.
     */
    public synchronized void decideStart(Replica pending) {
        if (!replicas.containsKey(pending.id())) {
            var row = ReplicaRow.started(pending);
            replicaTable.save(row);
            replicas.put(pending.id(), new ReplicaEntry(row));
        }
    }

    /**
     * Records a decided end. Its replica leaves READY now; on a node that is away it has failed.
     */
    public void decideEnd(ReplicaId id, Ending how, String reason, Duration within) {
        synchronized (this) {
            var entry = replicas.get(id);
            if (entry == null || !entry.replica().state().isLive()) {
                return;
            }
            var now = clock.instant();
            if (entry.row.ending() != how) {
                entry.nothingUnderWay();
                entry.row = entry.row.ending(how, reason, within);
            }
            var node = nodes.get(entry.replica().node());
            var away = node == null || node.link == null;
            if (how == Ending.STOP && away) {
                // Its end is not to be awaited; should the node return with it, it is news again.
                entry.row = entry.row.ending(Ending.NONE, reason, Duration.ZERO);
                move(entry, ReplicaState.FAILED, reason, now);
            } else if (entry.replica().state() == ReplicaState.PENDING
                    && !entry.reported
                    && entry.sentAt == null) {
                move(entry, ReplicaState.STOPPED, reason, now);
            } else if (entry.replica().state() != ReplicaState.DRAINING) {
                move(entry, ReplicaState.DRAINING, reason, now);
            } else {
                replicaTable.save(entry.row);
            }
        }
        changed.run();
    }

    /** Changes what is remembered of a node; false where there is no such node. */
    public boolean change(NodeId id, java.util.function.UnaryOperator<NodeRow> change) {
        synchronized (this) {
            var node = nodes.get(id);
            if (node == null) {
                return false;
            }
            var next = change.apply(node.row);
            if (!next.equals(node.row)) {
                nodeTable.save(next);
                node.row = next;
            }
        }
        changed.run();
        return true;
    }

    /** Forgets ended replicas beyond a bound, and nodes that nobody has heard of for long. */
    public synchronized void prune() {
        pruneNodes();
        var ended =
                replicas.values().stream()
                        .filter(entry -> !entry.replica().state().isLive())
                        .sorted(
                                java.util.Comparator.comparing(
                                        (ReplicaEntry entry) -> entry.replica().changedAt()))
                        .toList();
        ended.stream()
                .limit(Math.max(0, ended.size() - MOST_KEPT))
                .forEach(entry -> replicas.remove(entry.replica().id()));
        replicaTable.prune();
    }

    private void pruneNodes() {
        var oldest = clock.instant().minus(NODE_KEPT);
        var used =
                replicas.values().stream()
                        .filter(entry -> entry.replica().state().isLive())
                        .map(entry -> entry.replica().node())
                        .collect(Collectors.toSet());
        var forgotten =
                nodes.entrySet().stream()
                        .filter(e -> e.getValue().link == null && !used.contains(e.getKey()))
                        .filter(e -> e.getValue().lastHeardAt.isBefore(oldest))
                        .map(Map.Entry::getKey)
                        .toList();
        for (var id : forgotten) {
            nodeTable.remove(id.value());
            nodes.remove(id);
        }
    }

    // ---- what is ----

    /** One node as it is now. */
    public record NodeView(
            NodeId id,
            NodeRow row,
            Instant lastHeardAt,
            boolean connected,
            @Nullable Notice notice,
            @Nullable Double cpuUse,
            long clockOffsetMs,
            long spooled,
            long dropped) {
        /** What the planner is shown of it. */
        Node node() {
            var state =
                    row.gone()
                            ? NodeState.GONE
                            : row.releasing() ? NodeState.DRAINING : NodeState.READY;
            return new Node(
                    id,
                    row.facts().domain(),
                    row.facts().capacityType(),
                    state,
                    row.cordoned(),
                    row.facts().accelerators(),
                    row.facts().capacityThousandths(),
                    lastHeardAt,
                    connected,
                    row.provided(),
                    notice);
        }
    }

    /**
     * One replica as it is now.
     *
     * @param maxSequences requests that it runs at once, by its agent's newest report; 0 before one
     * @param asleep does its engine wait to be woken?
     */
    public record ReplicaView(ReplicaRow row, int maxSequences, boolean asleep) {
        public Replica replica() {
            return row.replica();
        }
    }

    public synchronized List<NodeView> nodes() {
        return nodes.entrySet().stream()
                .map(e -> {
                    var n = e.getValue();
                    return new NodeView(
                            e.getKey(),
                            n.row,
                            n.lastHeardAt,
                            n.link != null,
                            n.notice,
                            n.cpuUse,
                            n.clockOffsetMs,
                            n.spooled,
                            n.dropped);
                })
                .toList();
    }

    /** Tiers of the nodes that a replica may start on. */
    public Set<CapacityType> tiersForReplicas() {
        return nodes().stream()
                .map(NodeView::node)
                .filter(Node::takesReplicas)
                .map(Node::capacityType)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(CapacityType.class)));
    }

    public synchronized List<ReplicaView> replicas() {
        return replicas.values().stream()
                .map(entry -> new ReplicaView(entry.row, entry.maxSequences, entry.asleep))
                .toList();
    }

    /**
     * Requests that one READY replica of a deployment runs at once, on average, by their agents'
     * newest reports: a knob that was changed while they serve counts. Without those of which none
     * tells.
     */
    public Map<DeploymentId, Double> places() {
        return replicas().stream()
                .filter(view -> view.replica().state() == ReplicaState.READY && !view.asleep())
                .filter(view -> view.maxSequences() > 0)
                .collect(
                        Collectors.groupingBy(
                                view -> view.replica().deployment(),
                                Collectors.averagingInt(ReplicaView::maxSequences)));
    }

    public synchronized Optional<AgentLink> link(NodeId id) {
        var node = nodes.get(id);
        return node == null ? Optional.empty() : Optional.ofNullable(node.link);
    }

    /** A replica that its agent has to be told about, with the session to tell it through. */
    public record Unfinished(ReplicaRow row, AgentLink link) {}

    /** What has to be sent (again) now; marks it as sent. */
    public synchronized List<Unfinished> unfinished(Duration retryAfter) {
        var now = clock.instant();
        var result = new java.util.ArrayList<Unfinished>();
        for (var entry : replicas.values()) {
            var node = nodes.get(entry.replica().node());
            var due =
                    entry.sentAt == null
                            || Duration.between(entry.sentAt, now).compareTo(retryAfter) >= 0;
            if (node != null && node.link != null && needsWord(entry) && due) {
                entry.sentAt = now;
                result.add(new Unfinished(entry.row, node.link));
            }
        }
        return result;
    }

    private static boolean needsWord(ReplicaEntry entry) {
        if (entry.takenAt != null || !entry.replica().state().isLive()) {
            return false;
        }
        return switch (entry.row.ending()) {
            case NONE -> entry.replica().state() == ReplicaState.PENDING && !entry.reported;
            case DRAIN, STOP -> true;
        };
    }

    private List<ReplicaEntry> on(NodeId node) {
        return replicas.values().stream().filter(e -> e.replica().node().equals(node)).toList();
    }

    private void move(
            ReplicaEntry entry, ReplicaState state, @Nullable String reason, Instant now) {
        var r = entry.replica();
        entry.row =
                entry.row.with(
                        new Replica(
                                r.id(),
                                r.deployment(),
                                r.revision(),
                                r.node(),
                                state,
                                r.thousandths(),
                                r.decidedAt(),
                                now,
                                r.url(),
                                r.pid(),
                                r.startedAt(),
                                r.startup(),
                                r.progressAge(),
                                state.isLive() ? r.load() : EngineLoad.UNKNOWN,
                                reason));
        if (!state.isLive()) {
            entry.reported = false;
        }
        replicaTable.save(entry.row);
    }
}
