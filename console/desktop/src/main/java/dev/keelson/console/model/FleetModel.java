package dev.keelson.console.model;

import dev.keelson.console.model.Snapshot.DeploymentRow;
import dev.keelson.console.model.Snapshot.IncidentRow;
import dev.keelson.console.model.Snapshot.NodeRow;
import dev.keelson.console.model.Snapshot.Point;
import dev.keelson.console.model.Snapshot.ReplicaRow;
import dev.keelson.console.model.Snapshot.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import javafx.beans.property.ReadOnlyIntegerProperty;
import javafx.beans.property.ReadOnlyIntegerWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/**
 * The fleet as the console shows it. Confined to one thread (the FX thread in the running console);
 * everything that changes comes in through its methods, views only read.
 */
public final class FleetModel {
    /** How much of the past is kept. */
    public static final Duration HISTORY = Duration.ofMinutes(15);

    private static final int MOST_DECISIONS = 500;

    private final ReadOnlyObjectWrapper<Connection> connection =
            new ReadOnlyObjectWrapper<>(Connection.CONNECTING);
    private final ReadOnlyObjectWrapper<Status> status =
            new ReadOnlyObjectWrapper<>(Status.UNKNOWN);
    private final ReadOnlyIntegerWrapper snapshots = new ReadOnlyIntegerWrapper();
    private final ObservableList<DeploymentRow> deployments = FXCollections.observableArrayList();
    private final ObservableList<NodeRow> nodes = FXCollections.observableArrayList();
    private final ObservableList<ReplicaRow> replicas = FXCollections.observableArrayList();
    private final ObservableList<IncidentRow> incidents = FXCollections.observableArrayList();
    private final ObservableList<DecisionRow> decisions = FXCollections.observableArrayList();
    private final TreeMap<PointKey, Point> points = new TreeMap<>();

    private record PointKey(java.time.Instant time, String deployment)
            implements Comparable<PointKey> {
        private static final Comparator<PointKey> ORDER =
                Comparator.comparing(PointKey::time).thenComparing(PointKey::deployment);

        @Override
        public int compareTo(PointKey other) {
            return ORDER.compare(this, other);
        }
    }

    public void connectionChanged(Connection to) {
        connection.set(to);
    }

    public void observe(Snapshot snapshot) {
        status.set(snapshot.status());
        refresh(deployments, snapshot.deployments(), DeploymentRow::name);
        refresh(nodes, snapshot.nodes(), NodeRow::name);
        refresh(replicas, snapshot.replicas(), ReplicaRow::name);
        observeIncidents(snapshot.incidents());
        addPoints(snapshot.points());
        snapshots.set(snapshots.get() + 1);
    }

    /**
     * Points of the past or of now; one of the same second and deployment replaces the one known.
     */
    public void addPoints(List<Point> added) {
        added.forEach(point -> points.put(new PointKey(point.time(), point.deployment()), point));
        if (!points.isEmpty()) {
            var oldest = points.lastKey().time().minus(HISTORY);
            points.headMap(new PointKey(oldest, ""), false).clear();
        }
    }

    public void observeIncidents(List<IncidentRow> newer) {
        var byId = new TreeMap<String, IncidentRow>();
        incidents.forEach(incident -> byId.put(incident.id(), incident));
        newer.forEach(incident -> byId.put(incident.id(), incident));
        var sorted = new ArrayList<>(byId.values());
        sorted.sort(
                Comparator.comparing((IncidentRow incident) -> incident.resolvedAt() != null)
                        .thenComparing(IncidentRow::openedAt, Comparator.reverseOrder()));
        refresh(incidents, sorted, IncidentRow::id);
    }

    /** Decisions of the past or a new one; each is kept once, newest first. */
    public void addDecisions(List<DecisionRow> added) {
        var byId = new TreeMap<String, DecisionRow>();
        decisions.forEach(decision -> byId.put(decision.id(), decision));
        added.forEach(decision -> byId.put(decision.id(), decision));
        var sorted = new ArrayList<>(byId.values());
        // Ids of one moment are told apart by their length first: d-10 comes after d-9.
        sorted.sort(
                Comparator.comparing(DecisionRow::time)
                        .thenComparingInt(decision -> decision.id().length())
                        .thenComparing(DecisionRow::id)
                        .reversed());
        refresh(
                decisions,
                sorted.subList(0, Math.min(sorted.size(), MOST_DECISIONS)),
                DecisionRow::id);
    }

    /** The points of one deployment, oldest first. */
    public List<Point> points(String deployment) {
        return points.values().stream()
                .filter(point -> point.deployment().equals(deployment))
                .toList();
    }

    public ReadOnlyObjectProperty<Connection> connectionProperty() {
        return connection.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<Status> statusProperty() {
        return status.getReadOnlyProperty();
    }

    /** Counts snapshots: changes when anything may have. */
    public ReadOnlyIntegerProperty snapshotsProperty() {
        return snapshots.getReadOnlyProperty();
    }

    public ObservableList<DeploymentRow> deployments() {
        return FXCollections.unmodifiableObservableList(deployments);
    }

    public ObservableList<NodeRow> nodes() {
        return FXCollections.unmodifiableObservableList(nodes);
    }

    public ObservableList<ReplicaRow> replicas() {
        return FXCollections.unmodifiableObservableList(replicas);
    }

    public ObservableList<IncidentRow> incidents() {
        return FXCollections.unmodifiableObservableList(incidents);
    }

    public ObservableList<DecisionRow> decisions() {
        return FXCollections.unmodifiableObservableList(decisions);
    }

    /** Changes only what differs, so that a selection in a table survives the next second. */
    private static <T> void refresh(
            ObservableList<T> shown, List<T> wanted, Function<T, String> key) {
        var keys = wanted.stream().map(key).collect(java.util.stream.Collectors.toSet());
        shown.removeIf(row -> !keys.contains(key.apply(row)));
        for (int i = 0; i < wanted.size(); i++) {
            T row = wanted.get(i);
            if (i >= shown.size()) {
                shown.add(row);
            } else if (!key.apply(shown.get(i)).equals(key.apply(row))) {
                String moved = key.apply(row);
                shown.removeIf(other -> key.apply(other).equals(moved));
                shown.add(Math.min(i, shown.size()), row);
            } else if (!Objects.equals(shown.get(i), row)) {
                shown.set(i, row);
            }
        }
    }
}
