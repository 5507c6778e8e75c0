package dev.keelson.serving.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class StreamCodecTest {
    private static final OpenAiResponses.Header HEADER =
            new OpenAiResponses.Header("cmpl-1", 7, "m");

    @Test
    void givesTheSameEventsHoweverTheBytesAreCut() {
        byte[] stream =
                utf8(
                        "data: {\"a\":1}\n\n: comment\n\ndata:{\"b\":2}\r\n\r\nevent: x\ndata: one\ndata: two\n\ndata: [DONE]\n\n");
        for (int cut = 1; cut <= stream.length; cut++) {
            assertThat(events(stream, cut))
                    .containsExactly("{\"a\":1}", "{\"b\":2}", "one\ntwo", "[DONE]");
        }
    }

    @Test
    void refusesAnEventWithoutEnd() {
        SseReader reader = new SseReader();
        byte[] chunk = new byte[1 << 20];
        assertThat(reader.feed(chunk, 0, chunk.length, (b, f, t) -> {})).isTrue();
        boolean readable = true;
        for (int i = 0; i < 4 && readable; i++) {
            readable = reader.feed(chunk, 0, chunk.length, (b, f, t) -> {});
        }
        assertThat(readable).isFalse();
    }

    @Test
    void takesTokenIdsOutAndLeavesEverythingElse() {
        assertThat(
                        withoutIds(
                                "{\"id\":\"a\",\"created\":7,\"choices\":[{\"text\":\",\\\"token_ids\\\":[1]\",\"token_ids\":[3, 14,159],\"prompt_token_ids\":[5]}]}"))
                .isEqualTo(
                        "{\"id\":\"a\",\"created\":7,\"choices\":[{\"text\":\",\\\"token_ids\\\":[1]\"}]}");
        assertThat(
                        withoutIds(
                                "{\"id\":\"a\",\"prompt_token_ids\":[5],\"choices\":[{\"x\":1, \"token_ids\":[]}]}"))
                .isEqualTo("{\"id\":\"a\",\"choices\":[{\"x\":1}]}");
        assertThat(withoutIds("{\"token_ids\":[1],\"x\":2}"))
                .isEqualTo("{\"token_ids\":[1],\"x\":2}");
        assertThat(withoutIds("{\"x\":2}")).isEqualTo("{\"x\":2}");

        ChunkScan scan =
                scan(
                        utf8(
                                "{\"id\":\"a\",\"created\":7,\"choices\":[{\"id\":\"b\",\"token_ids\":[3, 14,159]}]}"));
        List<Integer> ids = new ArrayList<>();
        scan.forEachTokenId(ids::add);
        assertThat(ids).containsExactly(3, 14, 159);
        assertThat(scan.id()).isEqualTo("a");
        assertThat(scan.created()).isEqualTo(7);
    }

    @Test
    void givesThePromptsTokensAsAListThatIsReadLater() {
        byte[] first = utf8("{\"choices\":[{\"prompt_token_ids\":[5, 61],\"token_ids\":[3]}]}");
        assertThat(ChunkScan.tokenIds(Objects.requireNonNull(scan(first).promptTokenIds())))
                .containsExactly(5, 61);
        assertThat(scan(utf8("{\"prompt_token_ids\":null}")).promptTokenIds()).isNull();
    }

    @Test
    void tellsReasoningAndToolCallsFromText() {
        for (String delta :
                List.of(
                        "\"reasoning\":\"x\"",
                        "\"reasoning_content\":\"x\"",
                        "\"tool_calls\":[{}]")) {
            ChunkScan scan = scan(utf8("{\"choices\":[{\"delta\":{" + delta + "}}]}"));
            assertThat(scan.hasText()).as(delta).isTrue();
            assertThat(scan.hasAside()).as(delta).isTrue();
        }
        ChunkScan plain =
                scan(
                        utf8(
                                "{\"choices\":[{\"delta\":{\"content\":\"x\",\"reasoning\":null,\"tool_calls\":[]}}]}"));
        assertThat(plain.hasText()).isTrue();
        assertThat(plain.hasAside()).isFalse();
    }

    private static String withoutIds(String chunk) {
        byte[] bytes = utf8("data: " + chunk);
        byte[] into = new byte[bytes.length + 3];
        ChunkScan scan = new ChunkScan();
        scan.scan(bytes, 6, bytes.length);
        int end = scan.copyWithoutTokenIds(bytes, 6, bytes.length, into, 3);
        return new String(into, 3, end - 3, StandardCharsets.UTF_8);
    }

    @Test
    void seesTextFinishErrorAndUsage() {
        ChunkScan token =
                scan(
                        OpenAiResponses.completionChunk(
                                HEADER, List.of(new Choice(0, "hi", null)), null));
        assertThat(token.hasText()).isTrue();
        assertThat(token.isFinished()).isFalse();

        ChunkScan last =
                scan(
                        OpenAiResponses.completionChunk(
                                HEADER, List.of(new Choice(0, "", "length")), new Usage(3, 9)));
        assertThat(last.hasText()).isFalse();
        assertThat(last.isFinished()).isTrue();
        assertThat(last.promptTokens()).isEqualTo(3);
        assertThat(last.completionTokens()).isEqualTo(9);

        assertThat(scan(OpenAiResponses.chatRoleChunk(HEADER, 0)).hasText()).isFalse();
        assertThat(
                        scan(OpenAiResponses.chatChunk(
                                        HEADER, List.of(new Choice(0, "x", null)), null))
                                .hasText())
                .isTrue();
        assertThat(scan(OpenAiError.server(500, "engine_error", "no").toJson()).isError()).isTrue();
        assertThat(scan(utf8("[DONE]")).isDone()).isTrue();
    }

    @Test
    void aTokenThatReadsErrorAmongLogprobsIsNoError() {
        var top = new TokenLogprob("error", new byte[] {'e'}, -0.25, List.of());
        var token = new TokenLogprob("a", new byte[] {'a'}, -1.5, List.of(top));
        byte[] chunk =
                OpenAiResponses.completionChunk(
                        HEADER,
                        List.of(new Choice(0, "a", null, null, List.of(token), 7)),
                        new Usage(9, 2, 8));
        assertThat(new String(chunk, StandardCharsets.UTF_8))
                .contains(
                        "\"logprobs\":{\"tokens\":[\"a\"],\"token_logprobs\":[-1.5],\"top_logprobs\":[{\"error\":-0.25}],\"text_offset\":[7]}",
                        "\"prompt_tokens_details\":{\"cached_tokens\":8}");
        assertThat(scan(chunk).isError()).isFalse();
        assertThat(scan(chunk).promptTokens()).isEqualTo(9);
        assertThat(scan(chunk).completionTokens()).isEqualTo(2);
    }

    @Test
    void isNotFooledByTextThatLooksLikeFields() {
        String text = "\"finish_reason\":\"stop\",\"error\":{\\";
        ChunkScan scan =
                scan(
                        OpenAiResponses.completionChunk(
                                HEADER, List.of(new Choice(0, text, null)), null));

        assertThat(scan.hasText()).isTrue();
        assertThat(scan.isFinished()).isFalse();
        assertThat(scan.isError()).isFalse();
    }

    @Test
    void toleratesAnyTruncation() {
        byte[] json =
                OpenAiResponses.completionChunk(
                        HEADER, List.of(new Choice(0, "a\"b\\", "length")), new Usage(1, 2));
        ChunkScan scan = new ChunkScan();
        for (int end = 0; end <= json.length; end++) {
            scan.scan(json, 0, end);
        }
        assertThat(scan.isFinished()).isTrue();
    }

    @Test
    void framesAnEvent() {
        assertThat(new String(ServerSentEvents.event(utf8("{}")), StandardCharsets.UTF_8))
                .isEqualTo("data: {}\n\n");
    }

    private static List<String> events(byte[] stream, int cut) {
        SseReader reader = new SseReader();
        List<String> events = new ArrayList<>();
        for (int from = 0; from < stream.length; from += cut) {
            boolean readable =
                    reader.feed(
                            stream,
                            from,
                            Math.min(stream.length, from + cut),
                            (b, f, t) ->
                                    events.add(new String(b, f, t - f, StandardCharsets.UTF_8)));
            assertThat(readable).isTrue();
        }
        return events;
    }

    private static ChunkScan scan(byte[] json) {
        ChunkScan scan = new ChunkScan();
        scan.scan(json, 0, json.length);
        return scan;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
