package dev.keelson.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** What the vendor's Java library asks of a gateway. */
final class OfficialJavaClient {
    private final String model;
    private final OpenAIClient client;
    private int done;

    private OfficialJavaClient(String base, String model) {
        this.model = model;
        client =
                OpenAIOkHttpClient.builder()
                        .baseUrl(base)
                        .apiKey("none")
                        .maxRetries(0)
                        .timeout(Duration.ofMinutes(1))
                        .build();
    }

    /** Returns how many requests went as they should. */
    static int run(String base, String model) {
        var run = new OfficialJavaClient(base, model);
        try {
            run.models();
            run.chat();
            run.stream();
            run.refusals();
            run.together();
            return run.done;
        } finally {
            run.client.close();
        }
    }

    private ChatCompletionCreateParams.Builder ask(String text) {
        return ChatCompletionCreateParams.builder()
                .model(model)
                .addUserMessage(text)
                .maxCompletionTokens(16);
    }

    private void models() {
        assertThat(client.models().list().data()).anyMatch(found -> found.id().equals(model));
        done++;
    }

    private void chat() {
        var answer = client.chat().completions().create(ask("Where is the lantern?").build());
        assertThat(answer.choices().getFirst().message().content().orElse("")).isNotEmpty();
        assertThat(answer.usage().orElseThrow().completionTokens()).isBetween(1L, 16L);
        done++;
    }

    private void stream() {
        var whole = ChatCompletionAccumulator.create();
        var options = ChatCompletionStreamOptions.builder().includeUsage(true).build();
        var request = ask("Who washes the potatoes?").streamOptions(options).build();
        try (var stream = client.chat().completions().createStreaming(request)) {
            stream.stream().forEach(whole::accumulate);
        }
        var answer = whole.chatCompletion();
        assertThat(answer.choices().getFirst().message().content().orElse("")).isNotEmpty();
        assertThat(answer.usage().orElseThrow().completionTokens()).isBetween(1L, 16L);
        done++;
    }

    private void refusals() {
        var unknown = CompletionCreateParams.builder().model("nobody").prompt("x").build();
        assertThatThrownBy(() -> client.completions().create(unknown))
                .isInstanceOf(NotFoundException.class);
        var negative =
                CompletionCreateParams.builder().model(model).prompt("x").maxTokens(-5).build();
        assertThatThrownBy(() -> client.completions().create(negative))
                .isInstanceOf(BadRequestException.class);
        done += 2;
    }

    private void together() {
        var answers =
                IntStream.range(0, 16)
                        .mapToObj(i ->
                                client.async()
                                        .chat()
                                        .completions()
                                        .create(ask("Story " + i).build()))
                        .toList();
        CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new)).join();
        for (var answer : answers) {
            assertThat(List.of("stop", "length"))
                    .contains(answer.join().choices().getFirst().finishReason().toString());
            done++;
        }
    }
}
