package dev.keelson.controlplane.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DurabilityTest {
    private static final int ROUNDS = 3;
    private static final int ROWS_BEFORE_THE_KILL = 150;

    @TempDir Path folder;

    @Test
    void losesNoAcknowledgedRowOverKillMinusNine() throws Exception {
        long expected = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var child =
                    new ProcessBuilder(
                                    List.of(
                                            Path.of(System.getProperty("java.home"), "bin", "java")
                                                    .toString(),
                                            "-Xmx64m",
                                            "-XX:+UseSerialGC",
                                            "-XX:TieredStopAtLevel=1",
                                            "-cp",
                                            System.getProperty("java.class.path"),
                                            Writer.class.getName(),
                                            folder.toString()))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            long acknowledged = 0;
            try (var lines = child.inputReader()) {
                String line;
                while ((line = lines.readLine()) != null) {
                    if (line.startsWith("row ")) {
                        acknowledged = Long.parseLong(line.substring(4));
                    }
                    if (acknowledged >= expected + ROWS_BEFORE_THE_KILL && child.isAlive()) {
                        // SIGKILL, by the handle since the process object would close the pipe:
                        // what is still in the pipe was acknowledged too and is read on.
                        child.toHandle().destroyForcibly();
                    }
                }
            }
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
            try (var database = Database.open(folder)) {
                var stored =
                        database.jdbi()
                                .withHandle(handle ->
                                        handle.createQuery("select count(*) from audit")
                                                .mapTo(Long.class)
                                                .one());
                assertThat(stored).isGreaterThanOrEqualTo(acknowledged);
                expected = stored;
            }
        }
    }

    @Test
    void aRestartRaisesTheEpochAndAnOldLeaderFindsOutBeforeItActs() {
        var now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        InstantSource clock = now::get;
        try (var database = Database.open(folder)) {
            var old = LeaderLease.takeOver(database.jdbi(), clock);
            assertThat(old.isHeld()).isTrue();
            var fresh = LeaderLease.takeOver(database.jdbi(), clock);
            assertThat(fresh.epoch()).isEqualTo(old.epoch() + 1);
            // The old leader was stopped for a while and goes on.
            now.set(now.get().plusSeconds(15));
            assertThat(old.isHeld()).isFalse();
            assertThat(fresh.isHeld()).isTrue();
        }
    }

    /** Commits rows one by one and says each after its commit, until it is killed. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws IOException {
            try (var database = Database.open(Path.of(args[0]))) {
                var jdbi = database.jdbi();
                long row =
                        jdbi.withHandle(handle ->
                                handle.createQuery("select count(*) from audit")
                                        .mapTo(Long.class)
                                        .one());
                while (!System.out.checkError()) {
                    var next = ++row;
                    jdbi.useHandle(handle ->
                            handle.execute(
                                    "insert into audit (seq, at, author, action, target,"
                                            + " detail, previous_hash, hash) values (?, 0, 'a',"
                                            + " 'b', 'c', 'd', 'e', 'f')",
                                    next));
                    System.out.println("row " + next);
                }
            }
        }
    }
}
