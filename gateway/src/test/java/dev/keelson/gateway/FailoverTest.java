package dev.keelson.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.Completion.Outcome;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams whose replica is lost after the client has a part of them. */
class FailoverTest {
    private static final int TOKENS = 6;
    private static final String WHOLE_TEXT = "[0][1][2][3][4][5]";

    @TempDir Path data;

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 6})
    void aStreamGoesOnOnAnotherReplicaWithoutAGap(int lostAfter) throws Exception {
        try (var first = new CannedEngine(FollowableEngine.script(dieAfter(lostAfter)));
                var second = new CannedEngine(FollowableEngine.healthy());
                var gateway = gateway(first, second)) {
            String body = gateway.post(request("")).body();
            assertThat(text(body)).isEqualTo(WHOLE_TEXT);
            assertThat(body).endsWith("data: [DONE]\n\n").doesNotContain("token_ids");
            assertThat(body.split("\"finish_reason\":\"length\"", -1)).hasSize(2);
            assertThat(
                            Pattern.compile("\"id\":\"[^\"]*\"")
                                    .matcher(body)
                                    .results()
                                    .map(r -> r.group()))
                    .hasSize(TOKENS)
                    .containsOnly("\"id\":\"cmpl-" + first.url() + "\"");
            Completion record = gateway.records.settled(1).getFirst();
            assertThat(record.getOutcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(record.getOutputTokens()).isEqualTo(TOKENS);
            assertThat(record.getAttempts()).isEqualTo(lostAfter < TOKENS ? 2 : 1);
            assertThat(gateway.get("/metrics").body())
                    .contains(
                            "keelson_gateway_streams_continued_total "
                                    + (lostAfter < TOKENS ? "1.0" : "0.0"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 6})
    void usageComesOnceAndCountsTheWholeAnswer(int lostAfter) throws Exception {
        try (var first = new CannedEngine(FollowableEngine.script(dieAfter(lostAfter)));
                var second = new CannedEngine(FollowableEngine.healthy());
                var gateway = gateway(first, second)) {
            String body =
                    gateway.post(request(",\"stream_options\":{\"include_usage\":true}")).body();
            assertThat(text(body)).isEqualTo(WHOLE_TEXT);
            assertThat(body).endsWith("data: [DONE]\n\n");
            assertThat(body.split("\"finish_reason\":\"length\"", -1)).hasSize(2);
            assertThat(body.split("\"completion_tokens\":6", -1)).hasSize(2);
        }
    }

    @Test
    void aStreamThatStandsStillMovesLongBeforeAReadTimeout() throws Exception {
        FollowableEngine.Fate standing =
                (said, call) -> {
                    if (said == 2) {
                        call.hang();
                    }
                };
        try (var first = new CannedEngine(FollowableEngine.script(standing));
                var second = new CannedEngine(FollowableEngine.healthy());
                var gateway = gateway(first, second)) {
            assertThat(text(gateway.post(request("")).body())).isEqualTo(WHOLE_TEXT);
            Completion record = gateway.records.settled(1).getFirst();
            assertThat(record.getOutcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(record.getReplica()).isEqualTo("b");
        }
    }

    @Test
    void aClientThatAskedForTokenIdsGetsThemAllOnce() throws Exception {
        try (var first = new CannedEngine(FollowableEngine.script(dieAfter(2)));
                var second = new CannedEngine(FollowableEngine.healthy());
                var gateway = gateway(first, second)) {
            String body = gateway.post(request(",\"return_token_ids\":true")).body();
            assertThat(
                            Pattern.compile("\"token_ids\":\\[(\\d+)]")
                                    .matcher(body)
                                    .results()
                                    .map(r -> r.group(1)))
                    .containsExactly("0", "1", "2", "3", "4", "5");
        }
    }

    @ParameterizedTest
    @CsvSource({"'', true", "',\"n\":2', false"})
    void whatCannotBeContinuedEndsWithOneTypedError(String option, boolean ignorant)
            throws Exception {
        // The second engine does not know the field and begins anew: it must not be believed.
        CannedEngine.Script anew = call -> call.stream(TOKENS);
        try (var first = new CannedEngine(FollowableEngine.script(dieAfter(2)));
                var second = new CannedEngine(ignorant ? anew : FollowableEngine.healthy());
                var gateway = gateway(first, second)) {
            String body = gateway.post(request(option)).body();
            assertThat(text(body)).isEqualTo("[0][1]");
            assertThat(body.split("\"type\":\"replica_lost\"", -1)).hasSize(2);
            assertThat(body).doesNotContain("[DONE]");
            Completion record = gateway.records.settled(1).getFirst();
            assertThat(record.getOutcome()).isEqualTo(Outcome.BROKEN);
            assertThat(record.getErrorType()).isEqualTo("replica_lost");
        }
    }

    @Test
    void aClientMayNotContinueAnAnswerItself() throws Exception {
        try (var engine = new CannedEngine(FollowableEngine.healthy());
                var gateway = new GatewayUnderTest(data).replica("a", "n1", engine, 8)) {
            HttpResponse<String> answer =
                    gateway.post(
                            request(
                                    ",\"continuation\":{\"id\":\"x\",\"tokenizer\":\"words\",\"token_ids\":[1]}"));
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("\"param\":\"continuation\"");
            assertThat(engine.requests).hasValue(0);
        }
    }

    private GatewayUnderTest gateway(CannedEngine first, CannedEngine second) throws IOException {
        // Equal waits: the first by name is taken.
        return new GatewayUnderTest(data)
                .replica("a", "n1", first, 8)
                .replica("b", "n2", second, 8);
    }

    private static FollowableEngine.Fate dieAfter(int tokens) {
        return (said, call) -> {
            if (said == tokens) {
                call.engine().die();
                throw new IOException("died");
            }
        };
    }

    private static String request(String options) {
        return "{\"model\":\"tiny\",\"prompt\":\"hi\",\"max_tokens\":%d,\"stream\":true%s}"
                .formatted(TOKENS, options);
    }

    private static String text(String body) {
        StringBuilder text = new StringBuilder();
        Pattern.compile("\"text\":\"([^\"]*)\"")
                .matcher(body)
                .results()
                .forEach(r -> text.append(r.group(1)));
        return text.toString();
    }
}
