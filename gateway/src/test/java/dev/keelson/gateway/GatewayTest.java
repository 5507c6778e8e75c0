package dev.keelson.gateway;

import static dev.keelson.gateway.GatewayUnderTest.STREAM;
import static dev.keelson.gateway.GatewayUnderTest.WHOLE;
import static dev.keelson.gateway.GatewayUnderTest.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.Completion.Outcome;
import dev.keelson.protocol.v1.PoisonReport;
import dev.keelson.serving.openai.OpenAiError;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayTest {
    @TempDir Path data;

    @Test
    void passesAStreamOnWholeAndRecordsIt() throws Exception {
        try (var engine = new CannedEngine(call -> call.stream(3));
                var gateway = new GatewayUnderTest(data).replica("r1", "n1", engine, 8)) {
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> answer = gateway.post(STREAM);
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("content-type"))
                        .hasValue("text/event-stream; charset=utf-8");
                assertThat(answer.body())
                        .contains("\"t0 \"", "\"t2 \"", "\"finish_reason\":\"length\"")
                        .endsWith("data: [DONE]\n\n");
            }
            Completion record = gateway.records.settled(3).getFirst();
            assertThat(record.getOutcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(record.getOutputTokens()).isEqualTo(3);
            assertThat(record.getAttempts()).isEqualTo(1);
            assertThat(record.getReplica()).isEqualTo("r1");
            assertThat(record.hasTtftSeconds()).isTrue();
            assertThat(gateway.get("/metrics").body())
                    .contains("keelson_gateway_requests_total{outcome=\"succeeded\"} 3.0")
                    .containsPattern("(?m)^keelson_gateway_heap_used_bytes [1-9]");
            assertThat(gateway.get("/v1/models").body()).contains("\"id\":\"tiny\"");
        }
    }

    @Test
    void servesKeelsonsOwnQuestionWithoutCountingIt() throws Exception {
        try (var engine = new CannedEngine(CannedEngine.Call::whole);
                var gateway = new GatewayUnderTest(data).replica("r1", "n1", engine, 8)) {
            String one = WHOLE.replace("\"max_tokens\":3", "\"max_tokens\":1");
            assertThat(gateway.probe(one).statusCode()).isEqualTo(200);
            assertThat(gateway.records.arrivals).isEmpty();
            assertThat(gateway.arrivals()).isZero();

            // Nobody hides work behind the header.
            assertThat(gateway.probe(WHOLE).statusCode()).isEqualTo(200);
            String longer = one.replace("\"hi\"", "\"" + "hi ".repeat(100) + "\"");
            assertThat(gateway.probe(longer).statusCode()).isEqualTo(200);
            gateway.records.settled(2);
            assertThat(gateway.arrivals()).isEqualTo(2);
            assertThat(gateway.get("/metrics").body())
                    .contains("keelson_gateway_requests_total{outcome=\"succeeded\"} 2.0");
        }
    }

    @Test
    void passesEventsOfAnySizeOn() throws Exception {
        CannedEngine.Script growing =
                call -> {
                    call.startStream();
                    for (int size = 1; size <= 1 << 18; size *= 2) {
                        call.token("x".repeat(size) + "|");
                    }
                    call.finish();
                    call.done();
                };
        try (var engine = new CannedEngine(growing);
                var gateway = new GatewayUnderTest(data).replica("r1", "n1", engine, 8)) {
            String body = gateway.post(STREAM).body();
            assertThat(body.chars().filter(c -> c == 'x').count())
                    .isGreaterThanOrEqualTo((1 << 19) - 1);
            assertThat(body).endsWith("data: [DONE]\n\n");
            assertThat(gateway.records.settled(1).getFirst().getOutputTokens()).isEqualTo(19);
        }
    }

    @Test
    void passesAWholeAnswerOnWithTheEnginesCounts() throws Exception {
        try (var engine = new CannedEngine(CannedEngine.Call::whole);
                var gateway = new GatewayUnderTest(data).replica("r1", "n1", engine, 8)) {
            assertThat(gateway.post(WHOLE).body()).contains("\"text\":\"all\"");
            Completion record = gateway.records.settled(1).getFirst();
            assertThat(record.getPromptTokens()).isEqualTo(3);
            assertThat(record.getOutputTokens()).isEqualTo(4);
        }
    }

    @Test
    void retriesElsewhereWhenAReplicaDiesBeforeTheFirstToken() throws Exception {
        try (var dying = new CannedEngine(call -> call.engine().die());
                var healthy = new CannedEngine(call -> call.stream(3));
                var gateway =
                        new GatewayUnderTest(data)
                                .replica("a", "n1", dying, 8)
                                .replica("b", "n2", healthy, 8)) {
            assertThat(gateway.post(STREAM).body()).endsWith("data: [DONE]\n\n");
            Completion record = gateway.records.settled(1).getFirst();
            assertThat(record.getAttempts()).isEqualTo(2);
            assertThat(record.getReplica()).isEqualTo("b");
        }
    }

    @Test
    void losesNoRequestWithoutTokenWhenAFullReplicaDies() throws Exception {
        var inFlight = new CountDownLatch(8);
        try (var dying =
                        new CannedEngine(call -> {
                            call.startStream();
                            inFlight.countDown();
                            call.hang();
                        });
                var healthy = new CannedEngine(call -> call.stream(3))) {
            try (var gateway = new GatewayUnderTest(data).replica("a", "n1", dying, 8)) {
                List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    answers.add(gateway.postLater(STREAM));
                }
                assertThat(inFlight.await(60, TimeUnit.SECONDS)).isTrue();
                dying.die();
                gateway.replica("b", "n2", healthy, 8);
                for (var answer : answers) {
                    assertThat(answer.get(60, TimeUnit.SECONDS).body())
                            .endsWith("data: [DONE]\n\n");
                }
                assertThat(gateway.records.settled(16))
                        .allMatch(c -> c.getOutcome() == Outcome.SUCCEEDED);
            }
        }
    }

    @Test
    void doesNotRetryOnceATokenReachedTheClient() throws Exception {
        CannedEngine.Script breaking =
                call -> {
                    call.startStream();
                    call.token("one");
                    throw new IOException("ends its connection in mid-stream");
                };
        try (var engine = new CannedEngine(breaking);
                var other = new CannedEngine(call -> call.stream(3));
                var gateway =
                        new GatewayUnderTest(data)
                                .replica("a", "n1", engine, 8)
                                .replica("b", "n2", other, 8)) {
            String body = gateway.post(STREAM).body();
            assertThat(body).contains("\"one\"", "\"replica_lost\"").doesNotContain("[DONE]");
            assertThat(other.requests).hasValue(0);
            assertThat(gateway.records.settled(1).getFirst().getOutcome())
                    .isEqualTo(Outcome.BROKEN);
        }
    }

    @Test
    void callsAStreamBrokenThatIsDoneWithoutFinishReason() throws Exception {
        CannedEngine.Script truncated =
                call -> {
                    call.startStream();
                    call.token("one");
                    call.done();
                };
        try (var engine = new CannedEngine(truncated);
                var gateway = new GatewayUnderTest(data).replica("a", "n1", engine, 8)) {
            assertThat(gateway.post(STREAM).body()).contains("\"error\"").doesNotContain("[DONE]");
            assertThat(gateway.records.settled(1).getFirst().getOutcome())
                    .isIn(Outcome.BROKEN, Outcome.FAILED); // in one piece: tried again
        }
    }

    @Test
    void retriesAnErrorThatComesBeforeAnyToken() throws Exception {
        CannedEngine.Script failing =
                call -> {
                    call.startStream();
                    call.event(OpenAiError.server(500, "engine_error", "canned").toJson());
                    call.done();
                };
        try (var engine = new CannedEngine(failing);
                var other = new CannedEngine(call -> call.stream(1));
                var gateway =
                        new GatewayUnderTest(data)
                                .replica("a", "n1", engine, 8)
                                .replica("b", "n2", other, 8)) {
            assertThat(gateway.post(STREAM).body())
                    .endsWith("data: [DONE]\n\n")
                    .doesNotContain("error");
        }
    }

    @Test
    void passesARefusalOnAndDoesNotRetryIt() throws Exception {
        try (var engine = new CannedEngine(call -> call.error(400, "invalid_request_error"));
                var other = new CannedEngine(call -> call.error(400, "invalid_request_error"));
                var gateway =
                        new GatewayUnderTest(data)
                                .replica("a", "n1", engine, 8)
                                .replica("b", "n2", other, 8)) {
            HttpResponse<String> answer = gateway.post(STREAM);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("\"message\":\"canned\"");
            assertThat(engine.requests.get() + other.requests.get()).isEqualTo(1);
            assertThat(gateway.records.settled(1).getFirst().getOutcome())
                    .isEqualTo(Outcome.REFUSED);
        }
    }

    @Test
    void triesAnotherReplicaWhenOneHasAFullQueue() throws Exception {
        CannedEngine.Script full = call -> call.error(429, "overloaded");
        try (var one = new CannedEngine(full);
                var other = new CannedEngine(full);
                var gateway =
                        new GatewayUnderTest(data, 1, Duration.ofSeconds(2))
                                .replica("a", "n1", one, 8)
                                .replica("b", "n2", other, 8)) {
            assertThat(gateway.post(STREAM).statusCode()).isEqualTo(503);
            assertThat(one.requests).hasPositiveValue();
            assertThat(other.requests).hasPositiveValue();
        }
    }

    @Test
    void leavesADrainingReplicaWithoutCountingAnAttempt() throws Exception {
        try (var draining = new CannedEngine(call -> call.error(503, "draining"));
                var other = new CannedEngine(call -> call.stream(1));
                var gateway =
                        new GatewayUnderTest(data)
                                .replica("a", "n1", draining, 8)
                                .replica("b", "n2", other, 8)) {
            assertThat(gateway.post(STREAM).statusCode()).isEqualTo(200);
            assertThat(gateway.records.settled(1).getFirst().getAttempts()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"429, overloaded", "503, deadline"})
    void asksAgainWhereAReplicaHasNoRoomInTimeAndBlamesNobody(int status, String type)
            throws Exception {
        var refused = new AtomicInteger();
        CannedEngine.Script busy =
                call -> {
                    if (refused.getAndIncrement() < 4) {
                        call.error(status, type);
                    } else {
                        call.stream(1);
                    }
                };
        try (var engine = new CannedEngine(busy);
                var gateway = new GatewayUnderTest(data).replica("a", "n1", engine, 8)) {
            assertThat(gateway.post(STREAM).statusCode()).isEqualTo(200);
            assertThat(engine.requests).hasValue(5);
            assertThat(gateway.records.settled(1).getFirst().getAttempts()).isEqualTo(1);
            var replica = gateway.gateway.dispatcher().snapshot().getFirst().replicas().getFirst();
            assertThat(replica.failed()).isZero();
        }
    }

    @Test
    void tellsTheEngineForHowLongAFirstTokenIsOfUse() throws Exception {
        var asked = new AtomicReference<>("");
        CannedEngine.Script noting =
                call -> {
                    asked.set(call.head());
                    call.stream(1);
                };
        try (var engine = new CannedEngine(noting);
                var gateway =
                        new GatewayUnderTest(data, 1, Duration.ofSeconds(90))
                                .replica("a", "n1", engine, 8)) {
            gateway.post(STREAM);
            String given = asked.get().replaceAll("(?s).*Keelson-Deadline-Ms: (\\d+).*", "$1");
            assertThat(Long.parseLong(given)).isBetween(1L, 90_000L);
        }
    }

    @Test
    void givesUpAfterThreeReplicas() throws Exception {
        CannedEngine.Script failing = call -> call.error(500, "engine_error");
        try (var a = new CannedEngine(failing);
                var b = new CannedEngine(failing);
                var c = new CannedEngine(failing);
                var d = new CannedEngine(failing);
                var gateway =
                        new GatewayUnderTest(data)
                                .replica("a", "n1", a, 8)
                                .replica("b", "n2", b, 8)
                                .replica("c", "n3", c, 8)
                                .replica("d", "n4", d, 8)) {
            HttpResponse<String> answer = gateway.post(STREAM);
            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body()).contains("\"upstream_failed\"");
            assertThat(gateway.records.settled(1).getFirst().getAttempts()).isEqualTo(3);
        }
    }

    @Test
    void movesARequestAwayFromAReplicaThatHangs() throws Exception {
        try (var hanging = new CannedEngine(CannedEngine.Call::hang);
                var other = new CannedEngine(call -> call.stream(1));
                var gateway =
                        new GatewayUnderTest(data)
                                .replica("a", "n1", hanging, 8)
                                .replica("b", "n2", other, 8)) {
            assertThat(gateway.post(STREAM).body()).endsWith("data: [DONE]\n\n");
            assertThat(gateway.records.settled(1).getFirst().getReplica()).isEqualTo("b");
            eventually("the engine is told", () -> hanging.running.get() == 0);
        }
    }

    @Test
    void waitsUntilAReplicaAppears() throws Exception {
        try (var engine = new CannedEngine(call -> call.stream(1));
                var gateway = new GatewayUnderTest(data).table()) {
            var answer = gateway.postLater(STREAM);
            eventually(
                    "the request waits",
                    () -> gateway.gateway.dispatcher().snapshot().getFirst().queued() == 1);
            gateway.replica("a", "n1", engine, 8);
            assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void shedsWhenTheQueueIsFullAndWhenTheDeadlinePasses() throws Exception {
        try (var gateway = new GatewayUnderTest(data, 1, Duration.ofSeconds(2)).table()) {
            var waiting = gateway.postLater(STREAM);
            eventually(
                    "one waits",
                    () -> gateway.gateway.dispatcher().snapshot().getFirst().queued() == 1);
            HttpResponse<String> full = gateway.post(STREAM);
            assertThat(full.statusCode()).isEqualTo(429);
            assertThat(full.headers().firstValue("retry-after")).isPresent();
            assertThat(full.body()).contains("\"queue_full\"");
            HttpResponse<String> late = waiting.get(60, TimeUnit.SECONDS);
            assertThat(late.statusCode()).isEqualTo(503);
            assertThat(late.body()).contains("\"deadline_exceeded\"");
            assertThat(gateway.records.settled(2)).allMatch(c -> c.getOutcome() == Outcome.SHED);
        }
    }

    @Test
    void keepsWhatAReplicaCannotTakeInItsOwnQueue() throws Exception {
        var mayEnd = new CountDownLatch(1);
        CannedEngine.Script slow =
                call -> {
                    mayEnd.await();
                    call.stream(1);
                };
        try (var engine = new CannedEngine(slow);
                var gateway = new GatewayUnderTest(data).replica("a", "n1", engine, 4)) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                answers.add(gateway.postLater(STREAM));
            }
            eventually(
                    "7 wait",
                    () -> gateway.gateway.dispatcher().snapshot().getFirst().queued() == 7);
            eventually("5 run", () -> engine.running.get() == 5);
            mayEnd.countDown();
            for (var answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void tellsTheEngineWhenAClientLeavesInMidStreamOrBeforeTheFirstToken() throws Exception {
        CannedEngine.Script endless =
                call -> {
                    call.startStream();
                    call.token("one");
                    call.hang();
                };
        try (var engine = new CannedEngine(endless);
                var gateway = new GatewayUnderTest(data).replica("a", "n1", engine, 8)) {
            try (Socket client = gateway.connect()) {
                client.getOutputStream().write(GatewayUnderTest.raw(STREAM));
                assertThat(client.getInputStream().read()).isPositive();
            }
            eventually("mid-stream", () -> engine.running.get() == 0 && engine.requests.get() == 1);
            engine.script = CannedEngine.Call::hang;
            try (Socket client = gateway.connect()) {
                client.getOutputStream().write(GatewayUnderTest.raw(STREAM));
                eventually("it runs", () -> engine.running.get() == 1);
            }
            eventually("before the first token", () -> engine.running.get() == 0);
            try (Socket client = gateway.connect()) {
                client.getOutputStream().write(GatewayUnderTest.raw(WHOLE));
                eventually("it runs", () -> engine.running.get() == 1);
            }
            eventually("without a stream", () -> engine.running.get() == 0);
            assertThat(gateway.records.settled(3))
                    .allMatch(c -> c.getOutcome() == Outcome.CANCELLED);
        }
    }

    @Test
    void forgetsAClientThatLeavesWhileItWaits() throws Exception {
        try (var gateway = new GatewayUnderTest(data).table()) {
            try (Socket client = gateway.connect()) {
                client.getOutputStream().write(GatewayUnderTest.raw(STREAM));
                eventually(
                        "it waits",
                        () -> gateway.gateway.dispatcher().snapshot().getFirst().queued() == 1);
            }
            assertThat(gateway.records.settled(1).getFirst().getOutcome())
                    .isEqualTo(Outcome.CANCELLED);
            assertThat(gateway.gateway.dispatcher().snapshot().getFirst().queued()).isZero();
        }
    }

    @Test
    void quarantinesARequestThatKillsTwoReplicasAndSparesTheOthers() throws Exception {
        CannedEngine.Script fragile =
                call -> {
                    if (call.body().contains("killer")) {
                        call.engine().die();
                    } else {
                        call.hang();
                    }
                };
        try (var a = new CannedEngine(fragile);
                var b =
                        new CannedEngine(call -> {
                            if (call.body().contains("killer")) call.engine().die();
                            else call.streamAtOnce(2);
                        });
                var c = new CannedEngine(call -> call.stream(2));
                var gateway = new GatewayUnderTest(data).replica("a", "n1", a, 8)) {
            List<CompletableFuture<HttpResponse<String>>> innocents = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                innocents.add(gateway.postLater(STREAM));
            }
            eventually("innocents run", () -> a.running.get() == 6);
            String killer = STREAM.replace("hi", "killer");
            var guilty = gateway.postLater(killer);
            eventually("the first replica died", () -> a.running.get() == 0);
            gateway.replica("b", "n2", b, 8);
            HttpResponse<String> verdict = guilty.get(60, TimeUnit.SECONDS);
            gateway.replica("c", "n3", c, 8);

            assertThat(verdict.statusCode()).isEqualTo(422);
            assertThat(verdict.body()).contains("\"poison_request\"");
            for (var innocent : innocents) {
                assertThat(innocent.get(60, TimeUnit.SECONDS).body()).endsWith("data: [DONE]\n\n");
            }
            assertThat(gateway.post(killer).statusCode()).isEqualTo(422);
            assertThat(gateway.gateway.poison().unreported()).hasSize(1);
            assertThat(gateway.gateway.poison().unreported().getFirst().getReplicasList())
                    .containsExactly("a", "b");
            gateway.records.settled(8);
        }
    }

    @Test
    void aKillerOfTwoEnginesOfOneNodeReachesNoThird() throws Exception {
        CannedEngine.Script fragile = call -> call.engine().die();
        try (var a = new CannedEngine(fragile);
                var b = new CannedEngine(fragile);
                var c = new CannedEngine(fragile);
                var gateway =
                        new GatewayUnderTest(data)
                                .replica("a", "n1", a, 8)
                                .replica("b", "n1", b, 8)
                                .replica("c", "n1", c, 8)) {
            HttpResponse<String> verdict = gateway.post(STREAM);
            assertThat(verdict.statusCode()).isEqualTo(422);
            assertThat(a.requests.get() + b.requests.get() + c.requests.get()).isEqualTo(2);
            assertThat(gateway.gateway.poison().unreported()).hasSize(1);
        }
    }

    @Test
    void callsNoRequestAKillerWhenTheEnginesOfANodeDieTogether() throws Exception {
        try (var a = new CannedEngine(CannedEngine.Call::hang);
                var b = new CannedEngine(CannedEngine.Call::hang);
                var c = new CannedEngine(call -> call.stream(2));
                var gateway =
                        new GatewayUnderTest(data)
                                .replica("a", "n1", a, 8)
                                .replica("b", "n1", b, 8)) {
            List<CompletableFuture<HttpResponse<String>>> innocents = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                innocents.add(gateway.postLater(STREAM));
            }
            eventually("they run", () -> a.running.get() + b.running.get() == 10);
            a.die();
            // Those of the first have nowhere else to go while the second is still there.
            eventually("the first is gone", () -> a.running.get() == 0);
            b.die();
            gateway.replica("c", "n2", c, 8);
            for (var innocent : innocents) {
                assertThat(innocent.get(60, TimeUnit.SECONDS).body()).endsWith("data: [DONE]\n\n");
            }
            assertThat(gateway.gateway.poison().unreported()).isEmpty();
        }
    }

    @Test
    void refusesWhatAnotherGatewayOfTheFleetCalledAKiller() throws Exception {
        try (var a = new CannedEngine(call -> call.engine().die());
                var b = new CannedEngine(call -> call.engine().die());
                var c = new CannedEngine(call -> call.stream(2));
                var first =
                        new GatewayUnderTest(data.resolve("first"))
                                .replica("a", "n1", a, 8)
                                .replica("b", "n2", b, 8);
                var second =
                        new GatewayUnderTest(data.resolve("second")).replica("c", "n3", c, 8)) {
            assertThat(first.post(STREAM).statusCode()).isEqualTo(422);
            second.quarantine(
                    first.gateway.poison().unreported().stream()
                            .map(PoisonReport::getFingerprint)
                            .toList());
            HttpResponse<String> refused = second.post(STREAM);
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("\"poison_request\"");
            assertThat(c.requests).hasValue(0);
            assertThat(second.post(WHOLE.replace("hi", "other")).statusCode()).isNotEqualTo(422);
        }
    }

    @Test
    void refusesWrongRequestsBeforeAnyReplicaIsUsed() throws Exception {
        try (var engine = new CannedEngine(call -> call.stream(1));
                var gateway = new GatewayUnderTest(data).replica("a", "n1", engine, 8)) {
            assertRefused(gateway.post("{\"model\":"), 400);
            assertRefused(gateway.post("[1,2]"), 400);
            assertRefused(gateway.post("[".repeat(20_000)), 400);
            assertRefused(gateway.post(WHOLE.replace("tiny", "none")), 404);
            assertRefused(gateway.post(WHOLE.replace(":3", ":-1")), 400);
            assertRefused(gateway.post(WHOLE.replace("}", ",\"temperature\":\"hot\"}")), 400);
            assertRefused(gateway.post("{\"model\":\"tiny\"}"), 400);
            assertRefused(gateway.post("/v1/chat/completions", WHOLE), 400);
            assertRefused(gateway.post(WHOLE.replace("hi", "x".repeat(16 << 20))), 413);
            assertThat(gateway.records.settled(9)).allMatch(c -> c.getOutcome() == Outcome.REFUSED);
            assertThat(gateway.records.arrivals.values()).containsOnly("unknown");
            assertThat(engine.requests).hasValue(0);
            assertRefused(gateway.post("/v1/load_lora_adapter", WHOLE), 404);
            assertRefused(gateway.get("/v1/completions"), 405);
        }
    }

    private static void assertRefused(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).startsWith("{\"error\":{\"message\":").contains("\"type\":");
    }

    @Test
    void refusesWhatTwoReadersCouldUnderstandDifferently() throws Exception {
        try (var gateway = new GatewayUnderTest(data).table()) {
            for (String head :
                    List.of(
                            "POST /v1/completions HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
                            "POST /v1/completions HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n",
                            "POST /v1/completions HTTP/1.1\r\nContent-Length : 2\r\n\r\n",
                            "POST /v1/completions HTTP/1.1\r\nContent-Length: +2\r\n\r\n",
                            "POST /v1/completions\r\n\r\n",
                            "nonsense\r\n\r\n")) {
                try (Socket client = gateway.connect()) {
                    client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                    client.shutdownOutput();
                    String answer =
                            new String(
                                    client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("\"error\"");
                }
            }
        }
    }

    @Test
    void readsChunkedBodiesAndPipelinedRequests() throws Exception {
        try (var engine = new CannedEngine(call -> call.stream(1));
                var gateway = new GatewayUnderTest(data).replica("a", "n1", engine, 8);
                Socket client = gateway.connect()) {
            String chunked =
                    "POST /v1/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + Integer.toHexString(STREAM.length())
                            + "\r\n"
                            + STREAM
                            + "\r\n0\r\n\r\n";
            String last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            client.getOutputStream().write((chunked + last).getBytes(StandardCharsets.US_ASCII));
            String answers =
                    new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answers).contains("data: [DONE]").endsWith("ok\n");
        }
    }

    @Test
    void servesByTheTableOnDiskAfterARestartAndRefusesAnOlderOne() throws Exception {
        try (var engine = new CannedEngine(call -> call.stream(1))) {
            try (var before = new GatewayUnderTest(data).replica("a", "n1", engine, 8)) {
                before.table().table();
            }
            try (var after = new GatewayUnderTest(data)) {
                assertThat(after.post(STREAM).statusCode()).isEqualTo(200);
                after.table(); // version 1 of an empty table is older than what is on disk
                assertThat(after.post(STREAM).statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void avoidsAReplicaThatRefusesConnections() throws Exception {
        try (var gone = new CannedEngine(call -> call.stream(1));
                var other = new CannedEngine(call -> call.stream(1));
                var gateway =
                        new GatewayUnderTest(data)
                                .replica("a", "n1", gone, 8)
                                .replica("b", "n2", other, 8)) {
            gone.die();
            for (int i = 0; i < 20; i++) {
                assertThat(gateway.post(STREAM).statusCode()).isEqualTo(200);
            }
            assertThat(other.requests).hasValue(20);
        }
    }
}
