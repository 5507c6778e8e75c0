package dev.keelson.controlplane.observe;

import static dev.keelson.core.fleet.CapacityType.ON_DEMAND;
import static dev.keelson.core.fleet.CapacityType.RESERVED;
import static dev.keelson.core.fleet.CapacityType.SPOT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.controlplane.store.Database;
import dev.keelson.controlplane.store.NodeTable;
import dev.keelson.controlplane.store.ReplicaTable;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.protocol.v1.AgentHello;
import dev.keelson.protocol.v1.Heartbeat;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.ReplicaReport;
import dev.keelson.protocol.v1.SpotNotice;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FleetBoardTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir Path folder;
    private Database database;
    private FleetBoard board;

    @BeforeEach
    void open() {
        database = Database.open(folder);
        var jdbi = database.jdbi();
        board = new FleetBoard(new NodeTable(jdbi), new ReplicaTable(jdbi), () -> NOW);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void tiersAreThoseOfNodesThatAReplicaMayStartOn() {
        assertThat(board.tiersForReplicas()).isEmpty();
        join("demand-1", ON_DEMAND);
        join("demand-2", ON_DEMAND);
        join("reserved-1", RESERVED);
        join("spot-1", SPOT);
        assertThat(board.tiersForReplicas()).containsExactlyInAnyOrder(ON_DEMAND, RESERVED, SPOT);

        board.change(new NodeId("demand-1"), row -> row.withCordoned(true));
        assertThat(board.tiersForReplicas()).containsExactlyInAnyOrder(ON_DEMAND, RESERVED, SPOT);
        board.change(new NodeId("demand-2"), row -> row.withReleasing(true));
        assertThat(board.tiersForReplicas()).containsExactlyInAnyOrder(RESERVED, SPOT);
        board.change(new NodeId("reserved-1"), row -> row.withGone(true));
        assertThat(board.tiersForReplicas()).containsExactly(SPOT);
        board.heartbeat(
                new NodeId("spot-1"),
                Heartbeat.newBuilder()
                        .setNotice(
                                SpotNotice.newBuilder().setKind("terminate").setRemainingMs(30_000))
                        .build());
        assertThat(board.tiersForReplicas()).isEmpty();

        board.heartbeat(new NodeId("spot-1"), Heartbeat.getDefaultInstance());
        board.change(new NodeId("demand-1"), row -> row.withCordoned(false));
        assertThat(board.tiersForReplicas()).containsExactlyInAnyOrder(ON_DEMAND, SPOT);
    }

    @Test
    void placesAreWhatReadyReplicasThatAreAwakeReport() {
        var chat = new DeploymentId("chat");
        join("node-1", ON_DEMAND);
        assertThat(board.places()).doesNotContainKey(chat);
        board.heartbeat(
                new NodeId("node-1"),
                Heartbeat.newBuilder()
                        .addReplicas(replica("r1", ReplicaPhase.READY).setMaxSequences(4))
                        .addReplicas(replica("r2", ReplicaPhase.READY).setMaxSequences(8))
                        .addReplicas(replica("silent", ReplicaPhase.READY))
                        .addReplicas(replica("starts", ReplicaPhase.STARTING).setMaxSequences(90))
                        .addReplicas(
                                replica("sleeps", ReplicaPhase.READY)
                                        .setMaxSequences(90)
                                        .setAsleep(true))
                        .build());
        assertThat(board.places()).containsEntry(chat, 6.0);
        assertThat(board.places()).doesNotContainKey(new DeploymentId("other"));
    }

    private static ReplicaReport.Builder replica(String name, ReplicaPhase phase) {
        return ReplicaReport.newBuilder()
                .setReplica(name)
                .setDeployment("chat")
                .setRevision(1)
                .setThousandths(100)
                .setPhase(phase)
                .setUrl("http://127.0.0.1:1/" + name);
    }

    private void join(String node, CapacityType capacity) {
        board.hello(
                new NodeId(node),
                AgentHello.newBuilder()
                        .setRegion("eu-1")
                        .setZone("zone-a")
                        .setRack("rack-1")
                        .setCapacityType(capacity.name())
                        .setCapacityThousandths(1000)
                        .build(),
                instruction -> {});
    }
}
