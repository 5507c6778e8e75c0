package dev.keelson.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.console.model.Snapshot.IncidentRow;
import dev.keelson.console.model.Snapshot.Point;
import dev.keelson.console.model.Snapshot.ReplicaRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javafx.collections.ListChangeListener;
import org.junit.jupiter.api.Test;

class FleetModelTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final FleetModel model = new FleetModel();

    @Test
    void aReconnectDoesNotDoublePoints() {
        model.addPoints(List.of(point(0, 1), point(1, 1)));
        model.addPoints(List.of(point(1, 2), point(2, 2)));

        assertThat(model.points("chat")).extracting(Point::ready).containsExactly(1.0, 2.0, 2.0);
        assertThat(model.points("code")).isEmpty();
    }

    @Test
    void pointsOlderThanTheHistoryGo() {
        model.addPoints(List.of(point(0, 1), point(901, 1)));

        assertThat(model.points("chat")).hasSize(1);
    }

    @Test
    void decisionsAreKeptOnceAndNewestFirst() {
        model.addDecisions(List.of(decision("d-9", 5), decision("d-10", 5), decision("d-1", 1)));
        model.addDecisions(List.of(decision("d-11", 9), decision("d-9", 5)));

        assertThat(model.decisions())
                .extracting(DecisionRow::id)
                .containsExactly("d-11", "d-10", "d-9", "d-1");
    }

    @Test
    void openIncidentsStandBeforeResolvedOnes() {
        model.observeIncidents(
                List.of(incident("a", 9, true), incident("b", 1, false), incident("c", 3, false)));

        assertThat(model.incidents()).extracting(IncidentRow::id).containsExactly("c", "b", "a");
    }

    @Test
    void onlyRowsThatDifferChangeSoThatASelectionSurvives() {
        model.observe(snapshot(replica("r-1", 1), replica("r-2", 1), replica("r-3", 1)));
        var changes = new ArrayList<String>();
        model.replicas()
                .addListener(
                        (ListChangeListener<ReplicaRow>)
                                change -> {
                                    while (change.next()) {
                                        changes.add(change.getFrom() + "-" + change.getTo());
                                    }
                                });

        model.observe(snapshot(replica("r-1", 1), replica("r-2", 4), replica("r-3", 1)));
        assertThat(changes).containsExactly("1-2");

        model.observe(snapshot(replica("r-3", 1), replica("r-1", 1)));
        assertThat(model.replicas()).extracting(ReplicaRow::name).containsExactly("r-3", "r-1");
    }

    private static Snapshot snapshot(ReplicaRow... replicas) {
        return new Snapshot(
                Snapshot.Status.UNKNOWN,
                List.of(),
                List.of(),
                List.of(replicas),
                List.of(),
                List.of());
    }

    private static ReplicaRow replica(String name, double inFlight) {
        return new ReplicaRow(name, "chat", 1.0, "node-1", "READY", inFlight, null, null, null);
    }

    private static Point point(long second, double ready) {
        return new Point(
                START.plusSeconds(second),
                "chat",
                1.0,
                ready,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static DecisionRow decision(String id, long second) {
        return new DecisionRow(
                id,
                START.plusSeconds(second),
                "chat",
                "SURPLUS",
                "why",
                List.of(),
                List.of(),
                List.of());
    }

    private static IncidentRow incident(String id, long second, boolean resolved) {
        var opened = START.plusSeconds(second);
        return new IncidentRow(
                id,
                "node-lost",
                "n",
                opened,
                null,
                null,
                null,
                resolved ? opened : null,
                List.of());
    }
}
