package dev.keelson.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.format.ModelFileException;
import dev.keelson.runtime.weights.LoraAdapter;
import dev.keelson.serving.openai.Continuation;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CONTEXT = 4096;
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger adapterReads = new AtomicInteger();
    private TinyServer tiny;
    private Engine engine;
    private EngineServer server;

    @BeforeEach
    void start() throws IOException {
        tiny = new TinyServer(CONTEXT, 2, this::readAdapter);
        engine = tiny.engine;
        server = tiny.server;
    }

    @AfterEach
    void stop() {
        tiny.close();
        client.close();
    }

    @Test
    void aCompletionHasTextUsageAndAReason() throws Exception {
        JsonNode answer =
                JSON.readTree(
                        post(
                                        "/v1/completions",
                                        body("\"prompt\":\"@\",\"max_tokens\":3,\"temperature\":0"))
                                .body());
        assertThat(answer.at("/choices/0/text").asText()).isEqualTo("ABC");
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(2);
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(3);
    }

    @Test
    void aStreamHasOneChunkPerTokenThenTheUsageThenDone() throws Exception {
        String fields =
                "\"prompt\":\"@\",\"max_tokens\":3,\"temperature\":0,\"stream\":true,\"stream_options\":{\"include_usage\":true}";
        List<String> events =
                post("/v1/completions", body(fields))
                        .body()
                        .lines()
                        .filter(l -> !l.isEmpty())
                        .toList();
        List<String> texts = new ArrayList<>();
        for (String event : events.subList(0, 3)) {
            texts.add(JSON.readTree(event.substring(6)).at("/choices/0/text").asText());
        }
        assertThat(texts).containsExactly("A", "B", "C");
        assertThat(
                        JSON.readTree(events.get(2).substring(6))
                                .at("/choices/0/finish_reason")
                                .asText())
                .isEqualTo("length");
        assertThat(JSON.readTree(events.get(3).substring(6)).at("/usage/total_tokens").asInt())
                .isEqualTo(5);
        assertThat(events.get(4)).isEqualTo("data: [DONE]");
    }

    @ParameterizedTest
    @CsvSource({
        "'\"temperature\":0,\"max_tokens\":14'",
        "'\"temperature\":1.5,\"seed\":11,\"max_tokens\":14'",
        "'\"temperature\":0,\"max_tokens\":14,\"stop\":[\"FGH\",\"never\"]'",
        "'\"temperature\":0,\"max_tokens\":12,\"ignore_eos\":true'",
        "'\"temperature\":2,\"seed\":3,\"max_tokens\":14,\"min_p\":0.01,\"presence_penalty\":1,\"frequency_penalty\":-2,\"repetition_penalty\":1.3'"
    })
    void aStreamCutAfterAnyTokenGoesOnAsIfItHadNotBeenCut(String options) throws Exception {
        String fields =
                "\"prompt\":\"~\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"return_token_ids\":true,"
                        + options;
        HttpResponse<String> whole = post("/v1/completions", body(fields));
        assertThat(whole.headers().firstValue(Continuation.OFFER)).hasValue("tokenizer-1");
        List<JsonNode> chunks = chunks(whole);
        int tokens = chunks.size() - 1;
        assertThat(tokens).isGreaterThan(4);
        for (int cut = 1; cut <= tokens; cut++) {
            List<Integer> said = new ArrayList<>();
            chunks.subList(0, cut).forEach(c -> said.add(c.at("/choices/0/token_ids/0").asInt()));
            byte[] body =
                    new Continuation("cmpl-first", 5, "tokenizer-1", said)
                            .addTo(body(fields).getBytes(StandardCharsets.UTF_8));
            HttpResponse<String> rest =
                    post("/v1/completions", new String(body, StandardCharsets.UTF_8));
            assertThat(rest.headers().firstValue(Continuation.CONFIRM)).hasValue("" + cut);
            List<JsonNode> all = new ArrayList<>(chunks.subList(0, cut));
            List<JsonNode> more = chunks(rest);
            // Whoever has the finish_reason already passes over its repetition.
            all.addAll(cut < tokens ? more : more.subList(1, more.size()));
            assertThat(text(all)).as("cut after %d", cut).isEqualTo(text(chunks));
            assertThat(all.getLast().at("/usage")).isEqualTo(chunks.getLast().at("/usage"));
            assertThat(all.getLast().at("/id").asText()).isEqualTo("cmpl-first");
            assertThat(all.getLast().at("/created").asInt()).isEqualTo(5);
            assertThat(all.get(all.size() - 2).at("/choices/0/finish_reason"))
                    .isEqualTo(chunks.get(tokens - 1).at("/choices/0/finish_reason"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'\"id\":\"x\",\"tokenizer\":\"tokenizer-2\",\"token_ids\":[1]', true",
        "'\"id\":\"x\",\"tokenizer\":\"tokenizer-1\",\"token_ids\":[1]', false",
        "'\"id\":\"x\",\"tokenizer\":\"tokenizer-1\",\"token_ids\":[9999]', true",
        "'\"id\":\"x\",\"tokenizer\":\"tokenizer-1\",\"token_ids\":[1,2,3,4]', true",
        "'\"id\":\"x\",\"tokenizer\":\"tokenizer-1\",\"token_ids\":[]', true"
    })
    void aContinuationThatCannotBeIsRefusedByName(String continuation, boolean stream)
            throws Exception {
        String fields =
                "\"prompt\":\"@\",\"max_tokens\":3,\"stream\":%s,\"continuation\":{%s}"
                        .formatted(stream, continuation);
        HttpResponse<String> answer = post("/v1/completions", body(fields));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("continuation");
    }

    private static List<JsonNode> chunks(HttpResponse<String> answer) throws IOException {
        List<JsonNode> chunks = new ArrayList<>();
        for (String line : answer.body().lines().filter(l -> !l.isEmpty()).toList()) {
            if (!line.equals("data: [DONE]")) {
                chunks.add(JSON.readTree(line.substring(6)));
            }
        }
        assertThat(answer.body()).endsWith("data: [DONE]\n\n");
        return chunks;
    }

    private static String text(List<JsonNode> chunks) {
        StringBuilder text = new StringBuilder();
        chunks.forEach(c -> text.append(c.at("/choices/0/text").asText()));
        return text.toString();
    }

    @Test
    void aChatAnswers() throws Exception {
        String fields =
                "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":2,\"temperature\":0";
        JsonNode answer = JSON.readTree(post("/v1/chat/completions", body(fields)).body());
        assertThat(answer.at("/choices/0/message/content").asText()).isEqualTo(";<");
    }

    @Test
    void severalPromptsAndTokenPromptsGiveAChoiceEach() throws Exception {
        JsonNode strings =
                JSON.readTree(
                        post(
                                        "/v1/completions",
                                        body(
                                                "\"prompt\":[\"@\",\"P\"],\"max_tokens\":1,\"temperature\":0"))
                                .body());
        assertThat(strings.at("/choices").size()).isEqualTo(2);
        assertThat(strings.at("/choices/1/text").asText()).isEqualTo("Q");
        JsonNode tokens =
                JSON.readTree(
                        post(
                                        "/v1/completions",
                                        body("\"prompt\":[66],\"max_tokens\":1,\"temperature\":0"))
                                .body());
        assertThat(tokens.at("/choices/0/text").asText()).isEqualTo("B");
    }

    @Test
    void aStopTextIsNotPartOfTheAnswer() throws Exception {
        for (String stream : List.of("", ",\"stream\":true")) {
            String fields =
                    "\"prompt\":\"@\",\"max_tokens\":20,\"temperature\":0,\"stop\":[\"DE\"]"
                            + stream;
            String answer = post("/v1/completions", body(fields)).body();
            var text = new StringBuilder();
            for (String line : answer.lines().filter(l -> l.contains("choices")).toList()) {
                text.append(
                        JSON.readTree(line.replaceFirst("^data: ", ""))
                                .at("/choices/0/text")
                                .asText());
            }
            assertThat(text).hasToString("ABC");
            assertThat(answer).contains("\"finish_reason\":\"stop\"");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "malformed | {\"model\": | 400",
                "unknown model | {\"model\":\"other\",\"prompt\":\"a\"} | 404",
                "negative max_tokens | {\"model\":\"tiny\",\"prompt\":\"a\",\"max_tokens\":-1} | 400",
                "temperature text | {\"model\":\"tiny\",\"prompt\":\"a\",\"temperature\":\"hot\"} | 400",
                "no prompt | {\"model\":\"tiny\"} | 400",
                "array body | [1,2] | 400",
                "token outside the vocabulary | {\"model\":\"tiny\",\"prompt\":[9999]} | 400",
                "too many tokens asked for | {\"model\":\"tiny\",\"prompt\":\"a\",\"max_tokens\":4096} | 400",
                "penalty | {\"model\":\"tiny\",\"prompt\":\"a\",\"presence_penalty\":3} | 400",
                "no repetition penalty | {\"model\":\"tiny\",\"prompt\":\"a\",\"repetition_penalty\":0} | 400",
                "min_p | {\"model\":\"tiny\",\"prompt\":\"a\",\"min_p\":2} | 400",
                "too many logprobs | {\"model\":\"tiny\",\"prompt\":\"a\",\"logprobs\":21} | 400",
                "priority | {\"model\":\"tiny\",\"prompt\":\"a\",\"priority\":\"high\"} | 400",
                "too many choices | {\"model\":\"tiny\",\"prompt\":\"a\",\"n\":100} | 400",
            })
    void aWrongRequestGetsATypedError(String name, String body, int status) throws Exception {
        assertTypedError(post("/v1/completions", body), status);
    }

    @Test
    void largeAndDeepBodiesGetATypedError() throws Exception {
        assertTypedError(post("/v1/completions", "[".repeat(20_000)), 400);
        assertTypedError(
                post("/v1/completions", body("\"prompt\":\"" + "word ".repeat(20_000) + "\"")),
                400);
        assertTypedError(
                post("/v1/completions", body("\"prompt\":\"" + "x".repeat(9 << 20) + "\"")), 413);
        assertTypedError(post("/v1/nothing", "{}"), 404);
    }

    @Test
    void anErrorNeverQuotesThePrompt() throws Exception {
        String canary = "canary-7f3a";
        assertThat(
                        post(
                                        "/v1/completions",
                                        "{\"model\":\"tiny\",\"prompt\":\"" + canary + "\" oops")
                                .body())
                .doesNotContain(canary);
        assertThat(
                        post(
                                        "/v1/completions",
                                        body("\"prompt\":\"" + canary + "\",\"max_tokens\":0"))
                                .body())
                .doesNotContain(canary);
    }

    @Test
    void aClientThatLeavesFreesItsBlocks() throws Exception {
        String body =
                body(
                        "\"prompt\":\"@\",\"max_tokens\":1400,\"temperature\":0,\"stream\":true,\"ignore_eos\":true");
        for (int i = 0; i < 6; i++) {
            try (Socket socket = send(body)) {
                if (i < 4) {
                    assertThat(socket.getInputStream().readNBytes(300)).hasSize(300);
                }
            }
        }
        eventually(() ->
                metrics()
                        .contains(
                                "vllm:request_success_total{finished_reason=\"abort\",model_name=\"tiny\"} 6.0"));
        eventually(() -> engine.load().isIdle());
        assertThat(engine.load().freeBlocks()).isEqualTo(512);
    }

    @Test
    void metricsHaveTheNamesOfVllm() throws Exception {
        post("/v1/completions", body("\"prompt\":\"@\",\"max_tokens\":3"));
        assertThat(get("/metrics"))
                .contains(
                        "vllm:num_requests_running{model_name=\"tiny\"} 0.0",
                        "vllm:num_requests_waiting{model_name=\"tiny\"} 0.0",
                        "vllm:kv_cache_usage_perc{model_name=\"tiny\"} 0.0",
                        "vllm:num_preemptions_total{model_name=\"tiny\"} 0.0",
                        "vllm:prompt_tokens_total{model_name=\"tiny\"} 2.0",
                        "vllm:generation_tokens_total{model_name=\"tiny\"} 3.0",
                        "vllm:request_success_total{finished_reason=\"length\",model_name=\"tiny\"} 1.0",
                        "vllm:time_to_first_token_seconds_count{model_name=\"tiny\"} 1",
                        "vllm:inter_token_latency_seconds_count{model_name=\"tiny\"} 2",
                        "vllm:e2e_request_latency_seconds_count{model_name=\"tiny\"} 1",
                        "keelson_engine_info{engine=\"gpu-runtime\",paced=\"true\"} 1");
    }

    @Test
    void aLaterRequestFindsItsPromptAndTheUsageSaysSo() throws Exception {
        String fields =
                "\"prompt\":\"@abcdefghijklmnopqrstuvwxyz0123456789\",\"max_tokens\":1,\"temperature\":0,\"n\":2";
        String salt = ",\"cache_salt\":\"t\"";
        List<Integer> cached = new ArrayList<>();
        for (String more : List.of("", "", salt, salt)) {
            String answer = post("/v1/completions", body(fields + more)).body();
            JsonNode usage = JSON.readTree(answer).path("usage");
            cached.add(usage.at("/prompt_tokens_details/cached_tokens").asInt(-1));
            assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(38);
        }
        assertThat(cached).containsExactly(0, 32, 0, 32);
        assertThat(get("/metrics"))
                .contains(
                        "vllm:prefix_cache_queries_total{model_name=\"tiny\"} 152.0",
                        "vllm:prefix_cache_hits_total{model_name=\"tiny\"} 64.0");
    }

    @Test
    void logprobsComeInTheFormOfEitherEndpoint() throws Exception {
        String fields = "\"prompt\":\"@\",\"max_tokens\":2,\"temperature\":0,\"logprobs\":2";
        JsonNode one =
                JSON.readTree(post("/v1/completions", body(fields)).body())
                        .at("/choices/0/logprobs");
        assertThat(one.at("/tokens/1").asText()).isEqualTo("B");
        double likely = one.at("/token_logprobs/0").asDouble();
        assertThat(likely).isBetween(-0.1, 0.0);
        assertThat(one.at("/top_logprobs/0/A").asDouble()).isEqualTo(likely);
        assertThat(one.at("/top_logprobs/0").size()).isEqualTo(2);
        assertThat(one.at("/text_offset/1").asInt()).isEqualTo(1);
        String chat =
                "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":2,\"temperature\":0,\"logprobs\":true,\"top_logprobs\":1,\"stream\":true";
        List<JsonNode> chunks = chunks(post("/v1/chat/completions", body(chat)));
        JsonNode token = chunks.get(1).at("/choices/0/logprobs/content/0");
        assertThat(token.path("token").asText()).isEqualTo(";");
        assertThat(token.at("/bytes/0").asInt()).isEqualTo(';');
        assertThat(token.at("/top_logprobs/0/logprob")).isEqualTo(token.path("logprob"));
    }

    @Test
    void knobsChangeWhileRequestsRunAndWrongOnesAreRefusedByName() throws Exception {
        assertThat(JSON.readTree(get("/admin/knobs")).at("/max_num_seqs/value").asInt())
                .isEqualTo(4);
        String fields = "\"prompt\":\"@\",\"max_tokens\":300,\"temperature\":0,\"ignore_eos\":true";
        var running =
                client.sendAsync(
                        request("/v1/completions", body(fields)),
                        HttpResponse.BodyHandlers.ofString());
        eventually(() -> engine.load().running() == 1);
        HttpResponse<String> changed =
                post(
                        "/admin/knobs",
                        "{\"max_num_seqs\":2,\"scheduling_policy\":\"mlfq\",\"enable_prefix_caching\":false,\"min_step_ms\":0}");
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(running.get().body()).at("/usage/completion_tokens").asInt())
                .isEqualTo(300);
        assertThat(engine.knobs().maxSequences()).isEqualTo(2);
        assertThat(JSON.readTree(get("/admin/knobs")).at("/scheduling_policy/value").asText())
                .isEqualTo("mlfq");
        assertThat(get("/metrics")).contains("paced=\"false\"");
        for (String wrong :
                List.of(
                        "{\"max_num_seqs\":0}",
                        "{\"block_size\":8}",
                        "{\"scheduling_policy\":\"lottery\"}",
                        "{\"max_num_batched_tokens\":1}",
                        "{\"colour\":1}",
                        "{\"min_step_ms\":[1]}")) {
            HttpResponse<String> refused = post("/admin/knobs", wrong);
            assertTypedError(refused, 400);
            assertThat(JSON.readTree(refused.body()).at("/error/param").asText())
                    .isEqualTo(wrong.replaceAll("[^a-z_]*([a-z_]+).*", "$1"));
        }
        assertThat(engine.knobs().maxSequences()).isEqualTo(2);
        assertThat(get("/metrics"))
                .contains("keelson_engine_max_num_seqs{model_name=\"tiny\"} 2.0");
    }

    @Test
    void aFullQueueAndADeadlineThatCannotBeKeptAreRefusedWithATime() throws Exception {
        post("/admin/knobs", "{\"max_num_seqs\":1,\"max_waiting\":2,\"min_step_ms\":20}");
        String fields =
                "\"prompt\":\"@\",\"max_tokens\":1000,\"temperature\":0,\"ignore_eos\":true,\"stream\":true";
        List<Socket> open = new ArrayList<>();
        post("/v1/completions", body("\"prompt\":\"@\",\"max_tokens\":1"));
        for (int i = 0; i < 2; i++) {
            open.add(send(body(fields)));
        }
        eventually(() -> engine.load().running() == 1 && engine.load().waiting() == 1);
        HttpResponse<String> late =
                client.send(
                        HttpRequest.newBuilder(uri("/v1/completions"))
                                .header("Keelson-Deadline-Ms", "1")
                                .POST(HttpRequest.BodyPublishers.ofString(body(fields)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertTypedError(late, 503);
        assertThat(late.body()).contains("\"type\":\"deadline\"");
        open.add(send(body(fields)));
        eventually(() -> engine.load().waiting() == 2);
        HttpResponse<String> full = post("/v1/completions", body(fields));
        assertTypedError(full, 429);
        for (HttpResponse<String> refused : List.of(late, full)) {
            assertThat(Long.parseLong(refused.headers().firstValue("Retry-After").orElseThrow()))
                    .isPositive();
        }
        for (Socket socket : open) {
            socket.close();
        }
        eventually(() -> engine.load().isIdle());
    }

    @Test
    void asleepItRefusesAndAwakeItServes() throws Exception {
        assertThat(post("/sleep", "").body()).isEqualTo("{\"is_sleeping\":true}");
        HttpResponse<String> refused = post("/v1/completions", body("\"prompt\":\"a\""));
        assertTypedError(refused, 503);
        assertThat(refused.body()).contains("\"type\":\"sleeping\"");
        assertThat(get("/metrics"))
                .contains(
                        "vllm:engine_sleep_state{model_name=\"tiny\",sleep_state=\"discard_all\"} 1.0");
        assertThat(post("/wake_up", "").body()).isEqualTo("{\"is_sleeping\":false}");
        assertThat(post("/v1/completions", body("\"prompt\":\"a\"")).statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatLeavesBeforeAWholeAnswerLeavesNoConnectionBehind() throws Exception {
        var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        byte[] body = body("\"prompt\":\"@\",\"max_tokens\":20").getBytes(StandardCharsets.UTF_8);
        String head =
                "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: "
                        + body.length
                        + "\r\n\r\n";
        long before = system.getOpenFileDescriptorCount();
        int clients = 60;
        for (int i = 0; i < clients; i++) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.setSoLinger(true, 0); // closed by a reset
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(body);
                eventually(() -> !engine.load().isIdle());
            }
            engine.awaitQuiet();
        }
        eventually(() -> system.getOpenFileDescriptorCount() < before + clients / 2);
    }

    @Test
    void aDrainedEngineRefusesWhatIsNewAndEndsWhatRuns() throws Exception {
        String fields = "\"prompt\":\"@\",\"max_tokens\":200,\"temperature\":0,\"ignore_eos\":true";
        var running =
                client.sendAsync(
                        request("/v1/completions", body(fields)),
                        HttpResponse.BodyHandlers.ofString());
        eventually(() -> engine.load().running() == 1);
        server.drain();
        HttpResponse<String> refused = post("/v1/completions", body("\"prompt\":\"a\""));
        assertTypedError(refused, 503);
        assertThat(refused.body()).contains("\"type\":\"draining\"");
        engine.awaitQuiet();
        JsonNode answer = JSON.readTree(running.get().body());
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(200);
    }

    @Test
    void anAdapterIsAModelOfItsOwnFromLoadToUnloadBesideTheBase() throws Exception {
        String ask = ",\"prompt\":\"@\",\"max_tokens\":3,\"temperature\":0}";
        assertThat(post("/v1/completions", "{\"model\":\"double\"" + ask).statusCode())
                .isEqualTo(404);
        HttpResponse<String> loaded = load("double", "rank-2");
        assertThat(loaded.statusCode()).isEqualTo(200);
        assertThat(loaded.body()).isEqualTo("Success: LoRA adapter 'double' added successfully.");
        load("triple", "rank-3");
        JsonNode models = JSON.readTree(get("/v1/models")).path("data");
        assertThat(models.findValuesAsText("id")).containsExactly("tiny", "double", "triple");
        assertThat(models.path(0).path("parent").isNull()).isTrue();
        assertThat(models.path(1).path("parent").asText()).isEqualTo("tiny");
        assertThat(models.path(1).path("root").asText()).isEqualTo("rank-2");
        var texts = new ArrayList<String>();
        for (String model : List.of("double", "tiny", "triple")) {
            JsonNode answer =
                    JSON.readTree(
                            post("/v1/completions", "{\"model\":\"" + model + "\"" + ask).body());
            assertThat(answer.path("model").asText()).isEqualTo(model);
            texts.add(answer.at("/choices/0/text").asText());
        }
        assertThat(texts).containsExactly("BDF", "ABC", "CFI");
        assertTypedError(load("double", "rank-3"), 400);
        String unload = "{\"lora_name\":\"double\"}";
        assertThat(post("/v1/unload_lora_adapter", unload).statusCode()).isEqualTo(200);
        assertTypedError(post("/v1/unload_lora_adapter", unload), 404);
        assertTypedError(post("/v1/completions", "{\"model\":\"double\"" + ask), 404);
    }

    @Test
    void adaptersAreThereAfterSleepThoseLoadedInItToo() throws Exception {
        load("double", "rank-2");
        String ask = "{\"model\":\"%s\",\"prompt\":\"@\",\"max_tokens\":3,\"temperature\":0}";
        JsonNode before = JSON.readTree(post("/v1/completions", ask.formatted("double")).body());
        assertThat(before.at("/choices/0/text").asText()).isEqualTo("BDF");
        post("/sleep", "");
        assertThat(load("triple", "rank-3").statusCode()).isEqualTo(200);
        assertThat(post("/v1/completions", ask.formatted("double")).statusCode()).isEqualTo(503);
        post("/wake_up", "");
        for (String name : List.of("double", "triple", "tiny", "double")) {
            JsonNode answer = JSON.readTree(post("/v1/completions", ask.formatted(name)).body());
            assertThat(answer.at("/choices/0/text").asText())
                    .as(name)
                    .isEqualTo(name.equals("double") ? "BDF" : name.equals("tiny") ? "ABC" : "CFI");
        }
    }

    @Test
    void anUnloadedAdapterAnswersWhatItHasBegun() throws Exception {
        load("double", "rank-2");
        String ask =
                "{\"model\":\"double\",\"prompt\":\"@\",\"max_tokens\":200,\"temperature\":0,\"ignore_eos\":true}";
        var running =
                client.sendAsync(
                        request("/v1/completions", ask), HttpResponse.BodyHandlers.ofString());
        eventually(() -> metrics().contains("running_lora_adapters=\"double\""));
        post("/v1/unload_lora_adapter", "{\"lora_name\":\"double\"}");
        JsonNode answer = JSON.readTree(running.get().body());
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(200);
        assertThat(metrics())
                .contains(
                        "vllm:lora_requests_info{max_lora=\"2\",running_lora_adapters=\"\",waiting_lora_adapters=\"\"}");
    }

    @Test
    void moreAdaptersThanFitInMemoryAreReadAgainWhenTheyAreAskedFor() throws Exception {
        for (String name : List.of("double", "triple", "fourfold")) {
            load(name, "rank-" + (name.equals("double") ? 2 : name.equals("triple") ? 3 : 4));
        }
        assertThat(adapterReads.get()).isEqualTo(3);
        for (int round = 0; round < 2; round++) {
            for (String name : List.of("double", "triple", "fourfold")) {
                String ask = "{\"model\":\"" + name + "\",\"prompt\":\"@\",\"max_tokens\":1}";
                assertThat(post("/v1/completions", ask).statusCode()).isEqualTo(200);
            }
        }
        // Two fit, and three in turn find the one they need dropped each time.
        assertThat(adapterReads.get()).isEqualTo(9);
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"lora_path\":\"rank-2\"}', lora_name",
        "'{\"lora_name\":\"a,b\",\"lora_path\":\"rank-2\"}', lora_name",
        "'{\"lora_name\":\"tiny\",\"lora_path\":\"rank-2\"}', lora_name",
        "'{\"lora_name\":\"a\"}', lora_path",
        "'{\"lora_name\":\"a\",\"lora_path\":\"nowhere\"}', lora_path",
    })
    void anAdapterThatCannotBeLoadedIsRefusedByItsField(String body, String field)
            throws Exception {
        HttpResponse<String> refused = post("/v1/load_lora_adapter", body);
        assertTypedError(refused, 400);
        assertThat(JSON.readTree(refused.body()).at("/error/param").asText()).isEqualTo(field);
    }

    private HttpResponse<String> load(String name, String path) throws Exception {
        return post(
                "/v1/load_lora_adapter",
                "{\"lora_name\":\"" + name + "\",\"lora_path\":\"" + path + "\"}");
    }

    private LoraAdapter readAdapter(Path path) throws IOException {
        adapterReads.incrementAndGet();
        if (!path.toString().startsWith("rank-")) {
            throw new ModelFileException(path.toString(), "is not there");
        }
        int rank = Integer.parseInt(path.toString().substring(5));
        return new LoraAdapter(rank, List.of(), path.toString());
    }

    private void assertTypedError(HttpResponse<String> response, int status) throws IOException {
        assertThat(response.statusCode()).isEqualTo(status);
        JsonNode error = JSON.readTree(response.body()).path("error");
        assertThat(error.path("message").asText()).isNotEmpty();
        assertThat(error.path("type").asText()).isNotEmpty();
        assertThat(error.has("param") && error.has("code")).isTrue();
    }

    private Socket send(String body) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        String head =
                "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String body(String fields) {
        return "{\"model\":\"tiny\"," + fields + "}";
    }

    private HttpResponse<String> post(String path, String body)
            throws IOException, InterruptedException {
        return client.send(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(uri(path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private String get(String path) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(uri(path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private String metrics() {
        try {
            return get("/metrics");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private URI uri(String path) {
        return tiny.uri(path);
    }

    private static void eventually(BooleanSupplier condition) {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited a minute").isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
