package dev.keelson.controlplane.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.controlplane.store.Database;
import dev.keelson.controlplane.store.GatewayTable;
import dev.keelson.protocol.v1.DeploymentLoad;
import dev.keelson.protocol.v1.GatewayHello;
import dev.keelson.protocol.v1.GatewayReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GatewayBoardTest {
    @TempDir Path folder;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void knowsWhetherAnythingWasAskedOfADeploymentWhileReportsAreFresh() {
        try (var database = Database.open(folder)) {
            var board =
                    new GatewayBoard(
                            new GatewayTable(database.jdbi()), new FailureShares(), () -> now);
            board.hello("gateway-1", GatewayHello.getDefaultInstance(), _ -> {});
            board.report("gateway-1", asked("chat", 0));
            assertThat(board.wasAsked("chat")).isFalse();
            board.report("gateway-1", asked("chat", 1));
            assertThat(board.wasAsked("chat")).isTrue();
            assertThat(board.wasAsked("other")).isFalse();
            now = now.plus(Duration.ofMinutes(1));
            assertThat(board.wasAsked("chat")).isFalse();
        }
    }

    private static GatewayReport asked(String deployment, int requests) {
        return GatewayReport.newBuilder()
                .addDeployments(
                        DeploymentLoad.newBuilder()
                                .setDeployment(deployment)
                                .setArrivalsTotal(requests))
                .build();
    }
}
