package dev.keelson.agent.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.agent.probe.ProcFs;
import dev.keelson.agent.supervise.EngineCatalog;
import dev.keelson.agent.supervise.ReplicaSupervisor;
import dev.keelson.protocol.v1.Command;
import dev.keelson.protocol.v1.CommandResult.Status;
import dev.keelson.protocol.v1.ReleaseNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandDeskTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir Path data;
    private CommandDesk desk;

    @BeforeEach
    void open() throws IOException {
        var settings =
                new ReplicaSupervisor.Settings(
                        "node-test",
                        data,
                        new EngineCatalog(Map.of(), List.of()),
                        1000,
                        Duration.ofSeconds(45),
                        "127.0.0.1",
                        null);
        var supervisor =
                new ReplicaSupervisor(
                        settings,
                        ProcFs.system(),
                        () -> NOW,
                        Runnable::run,
                        Runnable::run,
                        _ -> {});
        desk = new CommandDesk(data.resolve("commands.log"), supervisor, () -> NOW);
    }

    @AfterEach
    void close() throws IOException {
        desk.close();
    }

    private static Command release(long epoch, String id) {
        return Command.newBuilder()
                .setEpoch(epoch)
                .setCommandId(id)
                .setTtlMs(5000)
                .setRelease(ReleaseNode.getDefaultInstance())
                .build();
    }

    private Status status(Command command) {
        return desk.execute(command, NOW).getStatus();
    }

    @Test
    void executesACommandOnceAlsoAfterARestart() throws IOException {
        assertThat(status(release(7, "c1"))).isEqualTo(Status.ACCEPTED);
        assertThat(status(release(7, "c1"))).isEqualTo(Status.DUPLICATE);
        desk.close();
        open();
        assertThat(desk.highestEpoch()).isEqualTo(7);
        assertThat(status(release(7, "c1"))).isEqualTo(Status.DUPLICATE);
        assertThat(status(release(7, "c2"))).isEqualTo(Status.ACCEPTED);
    }

    @Test
    void refusesAnOlderEpochAlsoWhenItWasOnlySeenInAnAcknowledgement() throws IOException {
        desk.sawEpoch(9);
        assertThat(status(release(8, "c1"))).isEqualTo(Status.STALE_EPOCH);
        desk.close();
        open();
        assertThat(status(release(8, "c1"))).isEqualTo(Status.STALE_EPOCH);
        assertThat(status(release(9, "c1"))).isEqualTo(Status.ACCEPTED);
    }

    @Test
    void countsTheTimeToLiveFromReceipt() {
        var result = desk.execute(release(1, "late"), NOW.minusMillis(5001));
        assertThat(result.getStatus()).isEqualTo(Status.EXPIRED);
        assertThat(desk.execute(release(1, "late"), NOW.minusMillis(5000)).getStatus())
                .isEqualTo(Status.ACCEPTED);
    }

    @Test
    void answersWhatItDoesNotKnow() {
        var unknown = Command.newBuilder().setEpoch(1).setCommandId("c1").setTtlMs(5000).build();
        assertThat(status(unknown)).isEqualTo(Status.REFUSED);
        assertThat(status(release(1, "two\nlines"))).isEqualTo(Status.REFUSED);
        assertThat(status(release(1, ""))).isEqualTo(Status.REFUSED);
    }

    @Test
    void readsAJournalThatACrashCutShort() throws IOException {
        status(release(3, "c1"));
        desk.close();
        Files.writeString(
                data.resolve("commands.log"),
                "99999999999999999999 x\n3 c",
                StandardOpenOption.APPEND);
        open();
        assertThat(status(release(3, "c2"))).isEqualTo(Status.ACCEPTED);
        desk.close();
        open();
        assertThat(status(release(3, "c2"))).isEqualTo(Status.DUPLICATE);
    }

    @Test
    void keepsItsJournalBounded() throws IOException {
        for (int i = 0; i < 9000; i++) {
            status(release(1, "c" + i));
        }
        assertThat(Files.size(data.resolve("commands.log"))).isLessThan(200_000);
        desk.close();
        open();
        assertThat(status(release(1, "c8999"))).isEqualTo(Status.DUPLICATE);
    }
}
