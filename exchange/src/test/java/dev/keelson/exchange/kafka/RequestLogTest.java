package dev.keelson.exchange.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.protocol.v1.Arrival;
import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.RequestRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RequestLogTest {
    private final ManualClock clock = new ManualClock();

    @TempDir private Path folder;

    @Test
    void countsOpenArrivalsAsLostAfterAKill() throws IOException {
        var killed = open(1 << 20);
        arrive(killed, "one");
        arrive(killed, "two");
        complete(killed, "one");
        clock.advance(Duration.ofSeconds(3));

        try (var log = open(1 << 20)) {
            assertThat(log.state().getArrivals()).isEqualTo(2);
            assertThat(log.state().getCompletions()).isEqualTo(2);
            assertThat(log.state().getOpen()).isZero();
            var last = records().getLast();
            assertThat(last.getRequestId()).isEqualTo("two");
            assertThat(last.getCompletion().getOutcome()).isEqualTo(Completion.Outcome.LOST);
            assertThat(last.getCompletion().getE2ESeconds()).isEqualTo(3.0);
        }
    }

    @Test
    void keepsTotalsAndOpenArrivalsWhenTheirSegmentsAreGone() throws IOException {
        var killed = open(32_768);
        arrive(killed, "long");
        for (var i = 0; i < 1_000; i++) {
            arrive(killed, "short-" + i);
            complete(killed, "short-" + i);
        }
        assertThat(killed.state().getDropped()).isPositive();

        try (var log = open(32_768)) {
            assertThat(log.state().getArrivals()).isEqualTo(1_001);
            assertThat(log.state().getCompletions()).isEqualTo(1_001);
            assertThat(records().getLast().getRequestId()).isEqualTo("long");
        }
    }

    @Test
    void numbersRecordsWithoutAHoleAcrossRestarts() throws IOException {
        var killed = open(1 << 20);
        arrive(killed, "one");
        try (var log = open(1 << 20)) {
            arrive(log, "two");
        }
        assertThat(records()).extracting(RequestRecord::getSequence).containsExactly(1L, 2L, 3L);
    }

    @Test
    void ignoresACompletionOfWhatIsNotOpen() throws IOException {
        try (var log = open(1 << 20)) {
            arrive(log, "one");
            assertThat(complete(log, "one")).isTrue();
            assertThat(complete(log, "one")).isFalse();
            assertThat(log.state().getCompletions()).isEqualTo(1);
        }
    }

    @Test
    void writesMarkersOncePerSecondAndFewWhileKafkaIsAway() throws IOException {
        try (var log = open(1 << 20)) {
            for (var i = 0; i < 600; i++) {
                log.tick();
                clock.advance(Duration.ofMillis(100));
            }
            assertThat(entries()).hasSize(2 * 5);
            assertThat(log.state().getSpooled()).isZero();
        }
    }

    @Test
    void keepsRecordsUpToTheBoundAndCountsTheRestInAFleetWithoutKafka() throws IOException {
        try (var log = RequestLog.open(folder, 32_768, null, "gateway-1", clock)) {
            log.start();
            assertThat(log.isPublished()).isFalse();
            arrive(log, "one");
            clock.advance(Duration.ofSeconds(2));
            log.tick();
            assertThat(log.doWork()).isFalse();
            assertThat(log.state().getSpooled()).isEqualTo(1);
            for (var i = 0; i < 1_000; i++) {
                arrive(log, "more-" + i);
                complete(log, "more-" + i);
            }
            var state = log.state();
            assertThat(state.getPublished()).isZero();
            assertThat(state.getDropped()).isPositive();
            assertThat(state.getSpooled() + state.getDropped()).isEqualTo(2_001);
        }
        assertThat(entries().stream().filter(entry -> entry.partition() >= 0)).isEmpty();
    }

    private RequestLog open(long bound) throws IOException {
        return new RequestLog(folder, bound, RequestLogTest::away, "gateway-1", clock);
    }

    private static Producer<byte[], byte[]> away() {
        throw new TimeoutException("Kafka is away");
    }

    private static void arrive(RequestLog log, String id) {
        log.arrival(id, "demo", "tenant", Arrival.getDefaultInstance());
    }

    private static boolean complete(RequestLog log, String id) {
        return log.completion(
                id, Completion.newBuilder().setOutcome(Completion.Outcome.SUCCEEDED).build());
    }

    private List<SpoolEntry> entries() throws IOException {
        try (var spool = new Spool(folder, 1 << 20, () -> new byte[0])) {
            return spool.read(1, 10_000);
        }
    }

    private List<RequestRecord> records() throws IOException {
        var result = new ArrayList<RequestRecord>();
        for (var entry : entries()) {
            result.add(RequestRecord.parseFrom(entry.value()));
        }
        return result;
    }
}
