package dev.keelson.controlplane.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.controlplane.store.Database;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuditLogTest {
    @TempDir Path folder;

    @Test
    void staysIntactWhenItsOldestEntriesArePrunedAndNotWhenOneIsChanged() {
        try (var database = Database.open(folder)) {
            var audit = new AuditLog(database.jdbi(), InstantSource.system());
            for (int i = 0; i < 6; i++) {
                audit.append("admin", "drain", "node-" + i, "");
            }
            audit.prune(4);
            assertThat(audit.newest(10))
                    .extracting(AuditLog.Entry::seq)
                    .containsExactly(6L, 5L, 4L, 3L);
            assertThat(audit.isIntact()).isTrue();
            audit.append("admin", "drain", "node-7", "");
            assertThat(audit.isIntact()).isTrue();
            database.jdbi()
                    .useHandle(handle ->
                            handle.execute("update audit set target = 'node-9' where seq = 5"));
            assertThat(audit.isIntact()).isFalse();
        }
    }
}
