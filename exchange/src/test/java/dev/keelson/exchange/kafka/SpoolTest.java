package dev.keelson.exchange.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SpoolTest {
    private static final long BOUND = 1 << 20;

    @TempDir private Path folder;

    @Test
    void givesEntriesBackInOrderAfterARestart() throws IOException {
        try (var spool = open(BOUND)) {
            append(spool, 3);
        }
        try (var spool = open(BOUND)) {
            append(spool, 1);
            assertThat(positions(spool.read(1, 100))).containsExactly(1L, 2L, 3L, 4L);
            assertThat(spool.state().spooled()).isEqualTo(4);
        }
    }

    @Test
    void keepsTheAcknowledgedPositionWithoutAnOrderlyEnd() throws IOException {
        var killed = open(BOUND);
        append(killed, 5);
        killed.acknowledge(killed.read(1, 2));
        try (var spool = open(BOUND)) {
            assertThat(spool.progress().position()).isEqualTo(2);
            assertThat(spool.state()).isEqualTo(new SpooledPublisher.State(5, 2, 3, 0, 1_001));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 9, 30})
    void cutsOffWhatAKillLeftHalfWritten(int bytes) throws IOException {
        try (var spool = open(BOUND)) {
            append(spool, 3);
        }
        var file = segments().getLast();
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - bytes);
        }
        try (var spool = open(BOUND)) {
            assertThat(positions(spool.read(1, 100))).containsExactly(1L, 2L);
            append(spool, 1);
            assertThat(positions(spool.read(1, 100))).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void countsWhatTheBoundForcesOut() throws IOException {
        try (var spool = open(32_768)) {
            append(spool, 2_000);
            var state = spool.state();
            assertThat(state.appended()).isEqualTo(2_000);
            assertThat(state.dropped()).isPositive();
            assertThat(state.dropped() + state.spooled()).isEqualTo(2_000);
            var left = spool.read(1, 10_000);
            assertThat(left).hasSize((int) state.spooled());
            assertThat(left.getLast().position()).isEqualTo(2_000);
            assertThat(diskUse()).isLessThan(32_768 + 8_192);
        }
    }

    @Test
    void deletesSegmentsThatAreDone() throws IOException {
        try (var spool = open(32_768)) {
            for (var round = 0; round < 50; round++) {
                append(spool, 40);
                spool.acknowledge(spool.read(spool.progress().position() + 1, 40));
            }
            assertThat(spool.state().dropped()).isZero();
            assertThat(spool.state().published()).isEqualTo(2_000);
            assertThat(segments()).hasSize(1);
        }
    }

    @Test
    void countsADamagedSegmentAsDroppedAndGoesOn() throws IOException {
        try (var spool = open(BOUND / 16)) {
            append(spool, 400);
        }
        var first = segments().getFirst();
        try (var channel = FileChannel.open(first, StandardOpenOption.WRITE)) {
            channel.truncate(200);
        }
        try (var spool = open(BOUND / 16)) {
            var left = spool.read(1, 1_000);
            spool.acknowledge(left);
            var state = spool.state();
            assertThat(state.spooled()).isZero();
            assertThat(state.dropped()).isPositive();
            assertThat(state.published() + state.dropped()).isEqualTo(400);
        }
    }

    @Test
    void doesNotCountMarkers() throws IOException {
        try (var spool = open(BOUND)) {
            spool.append("topic", 0, null, new byte[3], 1, false);
            append(spool, 1);
            spool.acknowledge(spool.read(1, 10));
            assertThat(spool.state().appended()).isEqualTo(1);
            assertThat(spool.state().published()).isEqualTo(1);
        }
    }

    private Spool open(long bound) throws IOException {
        return new Spool(folder, bound, () -> new byte[] {7});
    }

    private static void append(Spool spool, int count) throws IOException {
        for (var i = 0; i < count; i++) {
            spool.append("topic", -1, "key", new byte[40], 1_000 + i, true);
        }
    }

    private static List<Long> positions(List<SpoolEntry> entries) {
        return entries.stream().map(SpoolEntry::position).toList();
    }

    private List<Path> segments() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
        }
    }

    private long diskUse() throws IOException {
        var sum = 0L;
        for (var file : segments()) {
            sum += Files.size(file);
        }
        return sum;
    }
}
