package dev.keelson.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.gateway.TokenTellingEngine.Fate;
import dev.keelson.gateway.TokenTellingEngine.Habit;
import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.Completion.Outcome;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams on engines that know nothing of Keelson but tell their tokens, as vLLM does. */
class PromptFailoverTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String COMPLETIONS = "/v1/completions";
    private static final int TOKENS = TokenTellingEngine.ANSWER.size();

    @TempDir Path data;

    // Replicas are lost once the client has a part of the answer.
    private final CountDownLatch begun = new CountDownLatch(1);

    static Stream<Arguments> cuts() {
        return Stream.of(COMPLETIONS, CHAT)
                .flatMap(path ->
                        Stream.of(true, false)
                                .flatMap(usage ->
                                        IntStream.rangeClosed(1, TOKENS + 1)
                                                .mapToObj(cut -> Arguments.of(path, usage, cut))));
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void aStreamCutAfterAnyTokenIsOneResponse(String path, boolean usage, int cut)
            throws Exception {
        try (var first = engine(Habit.USUAL, dieAfter(cut));
                var second = new CannedEngine(TokenTellingEngine.healthy());
                var gateway = gateway(first, second)) {
            String options = usage ? ",\"stream_options\":{\"include_usage\":true}" : "";
            String body = stream(gateway, path, request(path, options));
            assertWhole(body, path, usage, "id-" + first.url());
            Completion record = gateway.records.settled(1).getFirst();
            assertThat(record.getOutcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(record.getOutputTokens()).isEqualTo(TOKENS);
            assertThat(record.getPromptTokens())
                    .isEqualTo(usage ? TokenTellingEngine.PROMPT.size() : 0);
            assertThat(record.getAttempts()).isEqualTo(cut < TOKENS ? 2 : 1);
            assertThat(gateway.get("/metrics").body())
                    .contains(
                            "keelson_gateway_streams_continued_total "
                                    + (cut < TOKENS ? "1.0" : "0.0"));
        }
    }

    @Test
    void theSecondLossIsNoMoreSeenThanTheFirst() throws Exception {
        try (var first = engine(Habit.USUAL, endAfter(2, "[DONE]"));
                var second = engine(Habit.USUAL, endAfter(6, "[DONE]"));
                var third = new CannedEngine(TokenTellingEngine.healthy());
                var gateway = gateway(first, second).replica("c", "n3", third, 8)) {
            String body = stream(gateway, COMPLETIONS, request(COMPLETIONS, ""));
            assertWhole(body, COMPLETIONS, false, "id-" + first.url());
            assertThat(gateway.records.settled(1).getFirst().getAttempts()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource({"[DONE]", "'{\"error\":{\"message\":\"EngineCore died\",\"code\":500}}'"})
    void anEndWithoutFinishReasonIsALostReplica(String end) throws Exception {
        try (var first = engine(Habit.USUAL, endAfter(3, end));
                var second = new CannedEngine(TokenTellingEngine.healthy());
                var gateway = gateway(first, second)) {
            String body = stream(gateway, CHAT, request(CHAT, ""));
            assertWhole(body, CHAT, false, "id-" + first.url());
        }
    }

    @Test
    void theOtherReplicaIsAskedForTheRestByTokensWhoseTextTheClientHas() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        var healthy = TokenTellingEngine.healthy();
        try (var first = engine(Habit.USUAL, dieAfter(4));
                var second =
                        new CannedEngine(call -> {
                            asked.add(call.head().lines().findFirst().orElse("") + call.body());
                            healthy.answer(call);
                        });
                var gateway = gateway(first, second)) {
            stream(gateway, CHAT, request(CHAT, ",\"temperature\":0,\"top_p\":0.5"));
            assertThat(asked)
                    .containsExactly(
                            "POST /v1/completions HTTP/1.1{\"model\":\"tiny\",\"temperature\":0,\"top_p\":0.5,\"max_tokens\":18,\"stream\":true,\"stream_options\":{\"include_usage\":false},\"return_token_ids\":true,\"prompt\":[1,2,3,10,11]}");
        }
    }

    @Test
    void whoAskedForTokenIdsGetsThePromptsOnceAndEachOfTheAnswer() throws Exception {
        try (var first = engine(Habit.USUAL, dieAfter(5));
                var second = new CannedEngine(TokenTellingEngine.healthy());
                var gateway = gateway(first, second)) {
            String body =
                    stream(
                            gateway,
                            COMPLETIONS,
                            request(COMPLETIONS, ",\"return_token_ids\":true"));
            assertThat(body.split("\"prompt_token_ids\":\\[1, 2, 3]", -1)).hasSize(2);
            assertThat(body.split("prompt_token_ids", -1)).hasSize(2);
            List<Integer> ids = new ArrayList<>();
            for (JsonNode chunk : chunks(body)) {
                chunk.at("/choices/0/token_ids").forEach(id -> ids.add(id.intValue()));
            }
            assertThat(ids).containsExactly(10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"seed\":7|'seed'",
                "\"seed\":7,\"temperature\":0.5|'seed'",
                "\"presence_penalty\":1|penalties",
                "\"frequency_penalty\":1|penalties",
                "\"stop\":[\"x\"]|'stop'",
                "\"logprobs\":1|logprobs",
                "\"echo\":true|echoes",
                "\"n\":2|several choices",
                "\"min_tokens\":5|'min_tokens'",
                "\"logit_bias\":{\"5\":1}|'logit_bias'",
                "\"response_format\":{\"type\":\"json_object\"}|'response_format'"
            })
    void whatCannotGoOnEndsWithOneErrorThatSaysWhy(String option, String why) throws Exception {
        assertLost(COMPLETIONS, Habit.USUAL, "," + option, 2, why);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"USUAL", "THREE_AT_ONCE"})
    void whatIsNotKnownOfTheTokensIsNotGuessed(Habit habit) throws Exception {
        String why =
                switch (habit) {
                    case USUAL, THREE_AT_ONCE -> "";
                    case WITHOUT_IDS -> "its engine does not tell all its tokens";
                    case WITHOUT_PROMPT -> "its engine does not tell its prompt's tokens";
                    case AS_REASONING -> "it has reasoning or tool calls";
                };
        assertLost(CHAT, habit, "", 2, why);
    }

    @ParameterizedTest
    @CsvSource({
        "3,'[10,11,12] [10,11]'",
        "6,'[10,11,12,13,14,15]'",
        "9,'[10,11,12,13,14,15,16,17,18]'"
    })
    void theNextEngineIsAskedWhetherTokensThatCameAtOnceEndACharacter(int cut, String tokens)
            throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        var healthy = TokenTellingEngine.healthy();
        try (var first = engine(Habit.THREE_AT_ONCE, dieAfter(cut));
                var second =
                        new CannedEngine(call -> {
                            if (call.head().startsWith("POST /detokenize ")) {
                                asked.add(call.body());
                            }
                            healthy.answer(call);
                        });
                var gateway = gateway(first, second)) {
            String body = stream(gateway, CHAT, request(CHAT, ""));
            assertWhole(body, CHAT, false, "id-" + first.url());
            assertThat(asked)
                    .containsExactly(
                            Stream.of(tokens.split(" ", -1))
                                    .map(list -> "{\"model\":\"tiny\",\"tokens\":" + list + "}")
                                    .toArray(String[]::new));
        }
    }

    @Test
    void tokensThatCameAtOnceWithoutTheTextOfTheLastAreNotToldTwice() throws Exception {
        try (var first = engine(Habit.THREE_AT_ONCE, dieAfter(3));
                var second = new CannedEngine(TokenTellingEngine.healthy());
                var gateway = gateway(first, second)) {
            String asksForIds = request(COMPLETIONS, ",\"return_token_ids\":true");
            String body = stream(gateway, COMPLETIONS, asksForIds);
            assertThat(body.split("\"type\":\"replica_lost\"", -1)).hasSize(2);
            assertThat(body)
                    .contains("the text of its last tokens has yet to come")
                    .doesNotContain("[DONE]");
        }
    }

    @Test
    void anEngineThatDoesNotTellTheTextOfTokensGoesOnWithNothing() throws Exception {
        var healthy = TokenTellingEngine.healthy();
        try (var first = engine(Habit.THREE_AT_ONCE, dieAfter(3));
                var second =
                        new CannedEngine(call -> {
                            if (call.head().startsWith("POST /detokenize ")) {
                                call.error(404, "not_found");
                            } else {
                                healthy.answer(call);
                            }
                        });
                var gateway = gateway(first, second)) {
            String body = stream(gateway, COMPLETIONS, request(COMPLETIONS, ""));
            assertThat(text(body)).isEqualTo("Hi there");
            assertThat(body.split("\"type\":\"replica_lost\"", -1)).hasSize(2);
            assertThat(body).doesNotContain("[DONE]");
        }
    }

    @Test
    void tokensThatTheClientHasWithoutTheirTextAreNotMadeAnew() throws Exception {
        assertLost(
                COMPLETIONS,
                Habit.USUAL,
                ",\"return_token_ids\":true",
                4,
                "the text of its last tokens has yet to come");
    }

    @Test
    void aChatWithoutLimitEndsWhereNobodyHereKnows() throws Exception {
        String request =
                "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true}";
        assertLostOf(CHAT, Habit.USUAL, request, 2, "max_tokens");
    }

    @Test
    void anEngineThatBeginsAnewIsNotBelieved() throws Exception {
        try (var first = engine(Habit.USUAL, dieAfter(2));
                var second = new CannedEngine(call -> call.stream(TOKENS));
                var gateway = gateway(first, second)) {
            String body = stream(gateway, COMPLETIONS, request(COMPLETIONS, ""));
            assertThat(text(body)).isEqualTo("Hi there");
            assertThat(body.split("\"type\":\"replica_lost\"", -1)).hasSize(2);
            assertThat(body).doesNotContain("[DONE]");
        }
    }

    private void assertLost(String path, Habit habit, String options, int cut, String why)
            throws Exception {
        assertLostOf(path, habit, request(path, options), cut, why);
    }

    private void assertLostOf(String path, Habit habit, String request, int cut, String why)
            throws Exception {
        try (var first = engine(habit, dieAfter(cut));
                var second = new CannedEngine(TokenTellingEngine.healthy());
                var gateway = gateway(first, second)) {
            String body = stream(gateway, path, request);
            assertThat(body.split("\"type\":\"replica_lost\"", -1)).hasSize(2);
            assertThat(body).contains(why).doesNotContain("[DONE]");
            assertThat(second.requests).hasValue(0);
            assertThat(gateway.records.settled(1).getFirst().getErrorType())
                    .isEqualTo("replica_lost");
        }
    }

    private String stream(GatewayUnderTest gateway, String path, String request)
            throws IOException, InterruptedException {
        var post =
                HttpRequest.newBuilder(URI.create(gateway.url() + path))
                        .timeout(Duration.ofSeconds(60))
                        .POST(HttpRequest.BodyPublishers.ofString(request))
                        .build();
        StringBuilder body = new StringBuilder();
        try (var client = HttpClient.newHttpClient()) {
            client.send(post, HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .peek(_ -> begun.countDown())
                    .forEach(line -> body.append(line).append('\n'));
        }
        return body.toString();
    }

    private static void assertWhole(String body, String path, boolean usage, String id)
            throws InvalidRequestException {
        List<JsonNode> chunks = chunks(body);
        assertThat(body).endsWith("data: [DONE]\n\n").doesNotContain("token_ids");
        assertThat(text(body)).isEqualTo(TokenTellingEngine.TEXT);
        String object = path.equals(CHAT) ? "chat.completion.chunk" : "text_completion";
        assertThat(chunks)
                .allSatisfy(chunk -> {
                    assertThat(chunk.path("id").asText()).isEqualTo(id);
                    assertThat(chunk.path("created").asInt()).isEqualTo(7);
                    assertThat(chunk.path("model").asText()).isEqualTo("tiny");
                    assertThat(chunk.path("object").asText()).isEqualTo(object);
                });
        assertThat(body.split("\"role\":", -1)).hasSize(path.equals(CHAT) ? 2 : 1);
        assertThat(body.split("\"finish_reason\":\"stop\"", -1)).hasSize(2);
        assertThat(body.split("\"usage\":", -1)).hasSize(usage ? 2 : 1);
        if (usage) {
            JsonNode counted = chunks.getLast().path("usage");
            assertThat(counted.path("prompt_tokens").asInt()).isEqualTo(3);
            assertThat(counted.path("completion_tokens").asInt()).isEqualTo(TOKENS);
            assertThat(counted.path("total_tokens").asInt()).isEqualTo(3 + TOKENS);
        }
    }

    private static List<JsonNode> chunks(String body) throws InvalidRequestException {
        List<JsonNode> chunks = new ArrayList<>();
        for (String event : body.split("\n\n", -1)) {
            if (event.startsWith("data: {")) {
                chunks.add(Json.object(event.substring(6).getBytes(StandardCharsets.UTF_8)));
            }
        }
        return chunks;
    }

    private static String text(String body) throws InvalidRequestException {
        StringBuilder text = new StringBuilder();
        for (JsonNode chunk : chunks(body)) {
            text.append(chunk.at("/choices/0/text").asText())
                    .append(chunk.at("/choices/0/delta/content").asText());
        }
        return text.toString();
    }

    private GatewayUnderTest gateway(CannedEngine first, CannedEngine second) throws IOException {
        // Equal waits: the first by name is taken.
        return new GatewayUnderTest(data)
                .replica("a", "n1", first, 8)
                .replica("b", "n2", second, 8);
    }

    private static CannedEngine engine(Habit habit, Fate fate) throws IOException {
        return new CannedEngine(TokenTellingEngine.script(habit, fate));
    }

    private Fate dieAfter(int tokens) {
        return (said, call) -> {
            if (said == tokens) {
                begun.await();
                call.engine().die();
                throw new IOException("died");
            }
        };
    }

    // As vLLM's server does when the process behind it was killed.
    private Fate endAfter(int tokens, String last) {
        return (said, call) -> {
            if (said == tokens) {
                begun.await();
                call.event(last.getBytes(StandardCharsets.UTF_8));
                throw new IOException("ended");
            }
        };
    }

    private static String request(String path, String options) {
        String prompt =
                path.equals(CHAT)
                        ? "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
                        : "\"prompt\":\"hi\"";
        return "{\"model\":\"tiny\",%s,\"max_tokens\":20,\"stream\":true%s}"
                .formatted(prompt, options);
    }
}
