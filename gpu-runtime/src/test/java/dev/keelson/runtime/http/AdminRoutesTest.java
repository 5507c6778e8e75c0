package dev.keelson.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What changes an engine: who may, and how a drain is limited. */
class AdminRoutesTest {
    private static final String TOKEN = "a token that is long";
    private static final List<String> GUARDED =
            List.of(
                    "/v1/load_lora_adapter",
                    "/v1/unload_lora_adapter",
                    "/admin/knobs",
                    "/admin/drain",
                    "/sleep",
                    "/wake_up");

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void whatChangesTheEngineNeedsItsToken() throws Exception {
        try (var tiny = server(TOKEN)) {
            for (String path : GUARDED) {
                for (String wrong : new String[] {null, "Bearer " + TOKEN + "!", TOKEN}) {
                    var refused = post(tiny, path, "{}", wrong);
                    assertThat(refused.statusCode()).as(path).isEqualTo(401);
                    assertThat(refused.body()).contains("\"code\":\"unauthorized\"");
                }
            }
            assertThat(tiny.engine.load().asleep()).isFalse();
            assertThat(
                            post(tiny, "/admin/knobs", "{\"max_num_seqs\":2}", "Bearer " + TOKEN)
                                    .statusCode())
                    .isEqualTo(200);
            assertThat(tiny.engine.knobs().maxSequences()).isEqualTo(2);
            assertThat(completion(tiny).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aTokenThatCanBeGuessedIsRefused() {
        assertThatThrownBy(() -> AdminGuard.of("short"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(AdminGuard.VARIABLE);
    }

    @Test
    void anEngineThatIsToldOfItsDrainTakesNothingNew() throws Exception {
        try (var tiny = server(null)) {
            for (String wrong :
                    List.of(
                            "{}",
                            "{\"deadline_ms\":-1}",
                            "{\"deadline_ms\":1.5}",
                            "{\"deadline_ms\":\"1\"}")) {
                var refused = post(tiny, "/admin/drain", wrong, null);
                assertThat(refused.statusCode()).as(wrong).isEqualTo(400);
                assertThat(refused.body()).contains("\"param\":\"deadline_ms\"");
            }
            assertThat(completion(tiny).statusCode()).isEqualTo(200);
            assertThat(post(tiny, "/admin/drain", "{\"deadline_ms\":60000}", null).statusCode())
                    .isEqualTo(200);
            assertThat(completion(tiny).body()).contains("\"type\":\"draining\"");
        }
    }

    @Test
    void aDrainIsOnlyEverShortened() throws Exception {
        var now = new AtomicLong();
        var limit = new DrainLimit(now::get);
        limit.within(Duration.ofSeconds(10));
        limit.within(Duration.ofSeconds(20));
        now.set(Duration.ofSeconds(10).toNanos());
        limit.await(); // would wait for ever by the second
        var sooner = new DrainLimit(now::get);
        sooner.within(Duration.ofHours(1));
        var waiting = Thread.ofVirtual().start(() -> awaitOf(sooner));
        sooner.within(Duration.ZERO);
        waiting.join();
    }

    private static void awaitOf(DrainLimit limit) {
        try {
            limit.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static TinyServer server(@Nullable String token) throws IOException {
        return new TinyServer(
                512,
                0,
                folder -> {
                    throw new IOException("no adapters here");
                },
                token);
    }

    private HttpResponse<String> completion(TinyServer tiny)
            throws IOException, InterruptedException {
        return post(
                tiny,
                "/v1/completions",
                "{\"model\":\"tiny\",\"prompt\":\"a\",\"max_tokens\":1}",
                null);
    }

    private HttpResponse<String> post(
            TinyServer tiny, String path, String body, @Nullable String authorization)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(tiny.uri(path))
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
