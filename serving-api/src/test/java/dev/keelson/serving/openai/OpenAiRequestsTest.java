package dev.keelson.serving.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiRequestsTest {
    @Test
    void readsACompletionWithItsDefaults() throws InvalidRequestException {
        CompletionRequest request =
                OpenAiRequests.completion(
                        utf8("{\"model\":\"m\",\"prompt\":\"hi\",\"stop\":null,\"unknown\":[1]}"));

        assertThat(request.model()).isEqualTo("m");
        assertThat(request.prompts()).containsExactly(new Prompt.Text("hi"));
        assertThat(request.maxTokens()).isEqualTo(16);
        assertThat(request.options().stream()).isFalse();
        assertThat(request.options().temperature()).isEqualTo(1);
        assertThat(request.options().ignoreEos()).isFalse();
    }

    @Test
    void readsEveryFormOfPrompt() throws InvalidRequestException {
        assertThat(promptsOf("[\"a\",\"b\"]"))
                .containsExactly(new Prompt.Text("a"), new Prompt.Text("b"));
        assertThat(promptsOf("[1,2]")).containsExactly(new Prompt.Tokens(List.of(1, 2)));
        assertThat(promptsOf("[[1],[2,3]]"))
                .containsExactly(new Prompt.Tokens(List.of(1)), new Prompt.Tokens(List.of(2, 3)));
    }

    @Test
    void readsAChatWithStructuredContent() throws InvalidRequestException {
        ChatRequest request =
                OpenAiRequests.chat(
                        utf8(
                                """
                                {"model":"m","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":5,
                                 "messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}
                                """));

        assertThat(request.messages()).containsExactly(new ChatRequest.Message("user", "ab"));
        assertThat(request.options().maxTokens()).isEqualTo(5);
        assertThat(request.options().includeUsage()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":",
                "",
                "[1,2]",
                "null",
                "{} {}",
                "{\"model\":\"m\"}",
                "{\"prompt\":\"x\"}",
                "{\"model\":7,\"prompt\":\"x\"}",
                "{\"model\":\"m\",\"prompt\":\"x\",\"max_tokens\":-1}",
                "{\"model\":\"m\",\"prompt\":\"x\",\"max_tokens\":0}",
                "{\"model\":\"m\",\"prompt\":\"x\",\"max_tokens\":1.5}",
                "{\"model\":\"m\",\"prompt\":\"x\",\"max_tokens\":99999999999}",
                "{\"model\":\"m\",\"prompt\":\"x\",\"temperature\":\"hot\"}",
                "{\"model\":\"m\",\"prompt\":\"x\",\"temperature\":3}",
                "{\"model\":\"m\",\"prompt\":\"x\",\"top_p\":0}",
                "{\"model\":\"m\",\"prompt\":\"x\",\"stream\":\"yes\"}",
                "{\"model\":\"m\",\"prompt\":\"x\",\"stop\":[1]}",
                "{\"model\":\"m\",\"prompt\":[]}",
                "{\"model\":\"m\",\"prompt\":[-1]}",
                "{\"model\":\"m\",\"prompt\":{\"a\":1}}"
            })
    void refusesWithATypedError(String body) {
        OpenAiError error = refusal(utf8(body));

        assertThat(error.status()).isEqualTo(400);
        assertThat(error.type()).isEqualTo("invalid_request_error");
        assertThat(new String(error.toJson(), StandardCharsets.UTF_8))
                .startsWith("{\"error\":{\"message\":\"");
    }

    @Test
    void refusesDeepNestingWithoutOverflowingTheStack() {
        assertThat(refusal(utf8("[".repeat(20_000))).message()).contains("nested too deep");
    }

    @Test
    void refusesABodyOverTheBound() {
        assertThat(refusal(new byte[Json.MAX_BODY_BYTES + 1]).status()).isEqualTo(413);
    }

    @Test
    void neverQuotesTheBody() {
        assertThat(refusal(utf8("{\"model\":\"m\",\"prompt\": canary-7}")).message())
                .doesNotContain("canary");
        assertThat(
                        refusal(utf8("{\"model\":\"m\",\"prompt\":\"x\",\"stop\":{\"canary\":1}}"))
                                .message())
                .doesNotContain("canary");
    }

    private static List<Prompt> promptsOf(String json) throws InvalidRequestException {
        return OpenAiRequests.completion(utf8("{\"model\":\"m\",\"prompt\":" + json + "}"))
                .prompts();
    }

    private static OpenAiError refusal(byte[] body) {
        return catchThrowableOfType(
                        InvalidRequestException.class, () -> OpenAiRequests.completion(body))
                .error();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
