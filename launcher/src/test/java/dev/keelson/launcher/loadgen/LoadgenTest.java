package dev.keelson.launcher.loadgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.keelson.launcher.CommandFailure;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadgenTest {
    private static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
    private static final Summary.Slo NO_SLO = new Summary.Slo(null, null);

    @TempDir Path folder;

    @Test
    void readsTheWholeAzureTrace() {
        Path root = Path.of(System.getProperty("keelson.root"));
        List<TraceRequest> trace =
                TraceReader.read(
                        root.resolve("datasets/azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz"));

        assertThat(trace).hasSize(19_366);
        assertThat(trace.getFirst()).isEqualTo(new TraceRequest(Duration.ZERO, 374, 44));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2023-11-16 18:15:46.68,374 | 3 cells",
                "yesterday,1,2 | is not a time",
                "2023-11-16 18:15:46.68,many,2 | (many) is not a number of tokens",
                "2023-11-16 18:15:46.68,-4,2 | (-4) is not a number of tokens",
                "2023-11-16 18:15:46.68,1,99999999999 | is not a number of tokens",
            })
    void namesTheLineThatItCannotRead(String line, String what) throws IOException {
        Path file = folder.resolve("trace.csv");
        Files.writeString(file, HEADER + "2023-11-16 18:15:45.0,1,1\n" + line + "\n");

        assertThatThrownBy(() -> TraceReader.read(file))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("trace.csv:3")
                .hasMessageContaining(what);
    }

    @Test
    void refusesATraceWhoseTimeGoesBackOrThatIsEmpty() throws IOException {
        Path file = folder.resolve("trace.csv");
        Files.writeString(file, HEADER + "2023-11-16 18:15:45,1,1\n2023-11-16 18:15:44,1,1\n");
        assertThatThrownBy(() -> TraceReader.read(file)).hasMessageContaining("time goes back");
        Files.writeString(file, HEADER);
        assertThatThrownBy(() -> TraceReader.read(file)).hasMessageContaining("no request");
        Files.writeString(file, "a,b\n");
        assertThatThrownBy(() -> TraceReader.read(file)).hasMessageContaining("first line");
    }

    @Test
    void dividesLengthsAndTellsTheShareThatItClamped() {
        var scale = new LengthScale(10, 50, 20);
        List<TraceRequest> trace =
                List.of(request(100, 100), request(1000, 100), request(100, 1), request(10, 900));

        assertThat(scale.clampedShare(trace)).isEqualTo(0.5);
        assertThat(scale.apply(trace.get(1))).isEqualTo(request(50, 10));
        assertThat(scale.apply(trace.get(2))).isEqualTo(request(10, 1));
    }

    @Test
    void replaysFasterAndAgain() {
        List<TraceRequest> trace =
                List.of(request(1, 1), new TraceRequest(Duration.ofSeconds(9), 1, 1));
        var schedule = Schedules.replay(trace, 2, true);
        schedule.next();

        assertThat(schedule.next().offset()).isEqualTo(Duration.ofMillis(4500));
        assertThat(schedule.next().offset()).isEqualTo(Duration.ofSeconds(5));
        assertThat(schedule.hasNext()).isTrue();
    }

    @Test
    void theSameSeedGivesTheSameArrivals() {
        var one = Schedules.poisson(5, 1, 1, new SplittableRandom(4));
        var other = Schedules.poisson(5, 1, 1, new SplittableRandom(4));

        for (int i = 0; i < 100; i++) {
            assertThat(one.next()).isEqualTo(other.next());
        }
    }

    @Test
    void quantilesAreNearestRanksAndOnlyOfSuccesses() {
        var summary = new Summary();
        IntStream.rangeClosed(1, 100)
                .forEach(i -> {
                    summary.count();
                    summary.add(new Outcome(null, 10, i, 2, 10 * i));
                });
        summary.count();
        summary.add(new Outcome("http 500", 0, Double.NaN, Double.NaN, 1));
        summary.count(); // never answered

        JsonNode json =
                summary.toJson(
                        new Summary.Slo(Duration.ofMillis(40), Duration.ofMillis(5)),
                        Duration.ofSeconds(10));

        assertThat(json.path("requests").asInt()).isEqualTo(102);
        assertThat(json.path("succeeded").asInt()).isEqualTo(100);
        assertThat(json.path("failed").asInt()).isEqualTo(2);
        assertThat(json.path("errors").path("http 500").asInt()).isEqualTo(1);
        assertThat(json.path("ttftMs").path("p50").asDouble()).isEqualTo(50);
        assertThat(json.path("e2eMs").path("p99").asDouble()).isEqualTo(990);
        assertThat(json.path("goodputPerSecond").asDouble()).isEqualTo(4);
    }

    @Test
    void quantilesOfNothingAreUnknown() {
        JsonNode json = new Summary().toJson(NO_SLO, Duration.ofSeconds(1));

        assertThat(json.path("ttftMs").path("p99").isNull()).isTrue();
    }

    @Test
    void theLogHoldsTimesAndLengthsOfEachRequest() {
        var text = new StringWriter();
        var log = new RequestLog(text);

        log.add(1_700_000_000.25, request(30, 12), new Outcome(null, 12, 41.5, 20.25, 264.25));
        log.add(
                1_700_000_001,
                request(5, 2),
                new Outcome("http 503", 0, Double.NaN, Double.NaN, 3));

        assertThat(text.toString())
                .isEqualTo(
                        """
                        sent_at,prompt_tokens,output_tokens,tokens,ttft_ms,tpot_ms,e2e_ms,error
                        1700000000.250,30,12,12,41.50,20.25,264.25,
                        1700000001.000,5,2,0,,,3.00,http 503
                        """);
    }

    @Test
    void aStreamIsWholeOnlyWithFinishReasonAndDone() throws IOException {
        String token = "data: {\"choices\":[{\"text\":\"a\",\"finish_reason\":null}]}\n\n";
        String last = "data: {\"choices\":[{\"text\":\"b\",\"finish_reason\":\"length\"}]}\n\n";

        assertThat(answerOf(token + last + "data: [DONE]\n\n"))
                .satisfies(o -> assertThat(o.succeeded()).isTrue())
                .satisfies(o -> assertThat(o.tokens()).isEqualTo(2));
        assertThat(answerOf(token + "data: [DONE]\n\n").error()).isEqualTo("truncated");
        assertThat(answerOf(token + last).error()).isEqualTo("truncated");
        assertThat(answerOf("data: {\"error\":{\"type\":\"overloaded\"}}\n\n").error())
                .isEqualTo("stream error overloaded");
    }

    private static Outcome answerOf(String stream) throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(200, 0);
                    try (var out = exchange.getResponseBody()) {
                        out.write(stream.getBytes(StandardCharsets.UTF_8));
                    }
                });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
            return new StreamingClient(url, "m", null, Duration.ofSeconds(30), System::nanoTime)
                    .send("hello", 2);
        } finally {
            server.stop(0);
        }
    }

    private static TraceRequest request(int prompt, int output) {
        return new TraceRequest(Duration.ZERO, prompt, output);
    }
}
