package dev.keelson.exchange.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.keelson.protocol.RecordCodec;
import dev.keelson.protocol.UndecodableRecordException;
import dev.keelson.protocol.v1.Arrival;
import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.DemandRecord;
import dev.keelson.protocol.v1.DemandTotals;
import dev.keelson.protocol.v1.DemandWindow;
import dev.keelson.protocol.v1.EngineSample;
import dev.keelson.protocol.v1.EventRecord;
import dev.keelson.protocol.v1.HostSample;
import dev.keelson.protocol.v1.LatencySummary;
import dev.keelson.protocol.v1.Marker;
import dev.keelson.protocol.v1.RequestRecord;
import dev.keelson.protocol.v1.SloRecord;
import dev.keelson.protocol.v1.TelemetryRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One committed sample of each record: what was written once must be read for ever. */
final class GoldenRecordsTest {
    static Stream<Arguments> samples() {
        return Stream.of(
                sample("request-arrival", RecordCodec.REQUESTS, request().setArrival(arrival())),
                sample(
                        "request-completion",
                        RecordCodec.REQUESTS,
                        request().setSequence(8).setCompletion(completion())),
                sample(
                        "request-marker",
                        RecordCodec.REQUESTS,
                        RequestRecord.newBuilder()
                                .setVersion(1)
                                .setGateway("gateway-1")
                                .setEventTimeMs(1_760_000_000_300L)
                                .setMarker(Marker.getDefaultInstance())),
                sample("demand-window", RecordCodec.DEMAND, demand().setWindow(window())),
                sample("demand-totals", RecordCodec.DEMAND, demand().setTotals(totals())),
                sample("slo", RecordCodec.SLO, slo()),
                sample("telemetry", RecordCodec.TELEMETRY, telemetry()),
                sample("event", RecordCodec.EVENTS, event()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    <T extends MessageLite> void readsAndWritesTheCommittedBytes(
            String name, RecordCodec<T> codec, T expected)
            throws IOException, UndecodableRecordException {
        var golden = golden(name, codec.encode(expected));
        assertThat(codec.decode(golden)).isEqualTo(expected);
        assertThat(codec.encode(expected)).isEqualTo(golden);
    }

    @Test
    void refusesBytesThatAreNoRecord() {
        for (var bytes :
                new byte[][] {{}, {-1, -1, 3}, {8, 1}, "text".getBytes(StandardCharsets.UTF_8)}) {
            assertThat(undecodable(bytes)).isTrue();
        }
    }

    private static boolean undecodable(byte[] bytes) {
        try {
            RecordCodec.REQUESTS.decode(bytes);
            return false;
        } catch (UndecodableRecordException e) {
            return true;
        }
    }

    private static byte[] golden(String name, byte[] actual) throws IOException {
        try (var in = GoldenRecordsTest.class.getResourceAsStream("/golden/" + name + ".hex")) {
            assertThat(in)
                    .as("golden/%s.hex; now %s", name, HexFormat.of().formatHex(actual))
                    .isNotNull();
            return HexFormat.of()
                    .parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip());
        }
    }

    private static Arguments sample(
            String name, RecordCodec<?> codec, MessageLite.Builder message) {
        return Arguments.of(name, codec, message.build());
    }

    private static RequestRecord.Builder request() {
        return RequestRecord.newBuilder()
                .setVersion(1)
                .setGateway("gateway-1")
                .setDeployment("chat")
                .setTenant("tenant")
                .setRequestId("0199c0de-7")
                .setEventTimeMs(1_760_000_000_123L)
                .setSequence(7);
    }

    private static Arrival.Builder arrival() {
        return Arrival.newBuilder()
                .setPromptTokensEstimate(120)
                .setMaxTokens(64)
                .setStreaming(true);
    }

    private static Completion.Builder completion() {
        return Completion.newBuilder()
                .setOutcome(Completion.Outcome.SUCCEEDED)
                .setStatus(200)
                .setAttempts(2)
                .setPromptTokens(118)
                .setOutputTokens(40)
                .setTtftSeconds(0.25)
                .setTpotSeconds(0.02)
                .setE2ESeconds(1.03)
                .setReplica("chat-a1")
                .setArrivalTimeMs(1_760_000_000_123L);
    }

    private static DemandRecord.Builder demand() {
        return DemandRecord.newBuilder().setVersion(1).setDeployment("chat");
    }

    private static DemandWindow.Builder window() {
        return DemandWindow.newBuilder()
                .setStartMs(1_760_000_000_000L)
                .setSizeMs(1_000)
                .setArrivals(5)
                .setPromptTokensEstimate(600)
                .setCompletions(4)
                .setOutputTokens(160)
                .setRevision(1);
    }

    private static DemandTotals.Builder totals() {
        return DemandTotals.newBuilder()
                .setArrivals(500)
                .setCompletions(499)
                .setLateCorrected(3)
                .setTooLate(1)
                .setDuplicatesRemoved(2)
                .setWatermarkMs(1_760_000_001_049L);
    }

    private static SloRecord.Builder slo() {
        var latency = LatencySummary.newBuilder().setP50(0.2).setP95(0.4).setP99(0.5).setCount(4);
        return SloRecord.newBuilder()
                .setVersion(1)
                .setDeployment("chat")
                .setStartMs(1_760_000_000_000L)
                .setSizeMs(10_000)
                .setRequests(4)
                .setFailed(1)
                .setTtftSketch(ByteString.copyFrom(new byte[] {1, 2, 3}))
                .setTtft(latency)
                .setE2E(latency);
    }

    private static TelemetryRecord.Builder telemetry() {
        return TelemetryRecord.newBuilder()
                .setVersion(1)
                .setNode("node-1")
                .setEventTimeMs(1_760_000_000_500L)
                .setSequence(11)
                .addEngines(
                        EngineSample.newBuilder()
                                .setReplica("chat-a1")
                                .setDeployment("chat")
                                .setRunning(2)
                                .setKvUse(0.5)
                                .setSampleProblems(1))
                .setHost(HostSample.newBuilder().setCpuUse(0.25));
    }

    private static EventRecord.Builder event() {
        return EventRecord.newBuilder()
                .setVersion(1)
                .setNode("node-1")
                .setEventTimeMs(1_760_000_000_600L)
                .setSequence(12)
                .setKind("replica-state")
                .setSubject("chat-a1")
                .setDetail("READY");
    }
}
