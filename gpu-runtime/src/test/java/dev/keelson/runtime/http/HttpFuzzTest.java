package dev.keelson.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.sun.management.ThreadMXBean;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LoraFolder;
import dev.keelson.runtime.weights.Projection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bodies with something wrong in them, by chance: each is served or refused with an OpenAI error
 * that names the field at fault, within bounded memory, and the engine serves on as before.
 */
@Timeout(300)
class HttpFuzzTest {
    private static final int SEEDS = 400;
    private static final int CONTEXT = 64;
    private static final long MOST_BYTES = 96L << 20;
    private static final int MOST_ANSWER = 64 << 10;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LlamaConfig MODEL = TinyModels.config("grouped heads, tied");
    private static final String COMPLETION =
            """
            {"model":"tiny","prompt":"@","max_tokens":3,"temperature":0.5,"top_p":0.9,"top_k":4,"min_p":0.1,"n":2,"stream":true,"echo":true,
            "stream_options":{"include_usage":true},"stop":["XY","Z"],"seed":7,"ignore_eos":false,"presence_penalty":0.5,"frequency_penalty":0.5,
            "repetition_penalty":1.2,"return_token_ids":true,"logprobs":2,"priority":1,"cache_salt":"a"}\
            """;
    private static final String TOKENS =
            """
            {"model":"tiny","prompt":[[65,66],[67]],"max_completion_tokens":2,"logprobs":0,"n":1}\
            """;
    private static final String CONTINUED =
            """
            {"model":"tiny","prompt":"@","max_tokens":4,"stream":true,"return_token_ids":true,
            "continuation":{"id":"cmpl-1","created":5,"tokenizer":"tokenizer-1","token_ids":[66,67]}}\
            """;
    private static final String CHAT =
            """
            {"model":"tiny","messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"text","text":"a"}]}],
            "max_tokens":2,"temperature":1,"logprobs":true,"top_logprobs":2,"stream":false,"stop":"Q"}\
            """;
    private static final String KNOBS =
            """
            {"max_num_seqs":4,"max_num_batched_tokens":256,"scheduling_policy":"fcfs","enable_prefix_caching":true,"min_step_ms":0,
            "max_waiting":512,"mlfq_quantum":32,"mlfq_starvation_steps":500,"num_speculative_tokens":0}\
            """;
    private static final List<String> ODD =
            List.of(
                    "null",
                    "true",
                    "-1",
                    "0",
                    "0.5",
                    "65",
                    "2147483648",
                    "-9223372036854775809",
                    "1e400",
                    "1e-400",
                    "1e999999999",
                    "9".repeat(60),
                    "9".repeat(100_000),
                    "\"\"",
                    "\"tiny\"",
                    "\"\\ud800\"",
                    "\"a\\udc00\\u0000b\"",
                    "\"" + "\\ud83d\\ude00".repeat(60) + "\"",
                    "\"" + "word ".repeat(100_000) + "\"",
                    "[]",
                    "[[]]",
                    "[null]",
                    "[\"\"]",
                    "[{}]",
                    "[" + "1,".repeat(300) + "1]",
                    "[" + "\"a\",".repeat(80) + "\"a\"]",
                    "[-1]",
                    "[1,\"a\"]",
                    "[1e400]",
                    "{}",
                    "{\"text\":{}}",
                    "{\"role\":\"user\"}",
                    "[".repeat(40) + "]".repeat(40),
                    "{\"a\":".repeat(40) + "1" + "}".repeat(40));

    /** What may be named in a field's place, because the two do not fit together. */
    private static final Map<String, List<String>> TOGETHER =
            Map.of(
                    "logprobs", List.of("top_logprobs"),
                    "max_completion_tokens", List.of("max_tokens"),
                    "max_num_batched_tokens", List.of("max_num_seqs"),
                    "stream", List.of("continuation"),
                    "n", List.of("continuation"),
                    "prompt", List.of("n", "continuation"),
                    "max_tokens", List.of("continuation"),
                    "messages", List.of("role"),
                    "continuation", List.of("id", "created", "tokenizer", "token_ids"),
                    "stream_options", List.of("include_usage"));

    @TempDir private Path folder;
    private final HttpClient client = HttpClient.newHttpClient();
    private TinyServer tiny;

    @BeforeEach
    void start() throws IOException {
        tiny = new TinyServer(CONTEXT, 0, path -> LoraFolder.read(path, MODEL, 16));
    }

    @AfterEach
    void stop() {
        tiny.close();
        client.close();
    }

    @Test
    void completions() throws Exception {
        fuzz("/v1/completions", COMPLETION);
        fuzz("/v1/completions", TOKENS);
        fuzz("/v1/completions", CONTINUED);
    }

    @Test
    void chats() throws Exception {
        fuzz("/v1/chat/completions", CHAT);
    }

    @Test
    void adapters() throws Exception {
        var adapter = TinyModels.adapter(MODEL, 4, 1, Projection.QUERY, Projection.DOWN);
        LoraFolder.write(folder, "tiny", 4, 8, adapter.layers());
        String load =
                JSON.writeValueAsString(
                        JSON.createObjectNode()
                                .put("lora_name", "one")
                                .put("lora_path", folder.toString()));
        String unload = "{\"lora_name\":\"one\"}";
        fuzz("/v1/load_lora_adapter", load, () -> post("/v1/unload_lora_adapter", bytes(unload)));
        fuzz("/v1/unload_lora_adapter", unload, () -> post("/v1/load_lora_adapter", bytes(load)));
    }

    @Test
    void knobs() throws Exception {
        fuzz("/admin/knobs", KNOBS, () -> post("/admin/knobs", bytes(KNOBS)));
    }

    /** Puts back what the body before may have changed. */
    @FunctionalInterface
    private interface Reset {
        void run() throws Exception;
    }

    private void fuzz(String path, String good) throws Exception {
        fuzz(path, good, () -> {});
    }

    private void fuzz(String path, String good, Reset reset) throws Exception {
        String before = ask();
        int[] answers = new int[6];
        for (String field :
                JSON.readTree(good).properties().stream().map(Map.Entry::getKey).toList()) {
            for (int odd = 0; odd < ODD.size(); odd++) {
                reset.run();
                var root = (ObjectNode) JSON.readTree(good);
                root.set(field, odd(odd));
                byte[] body = bytes(withOdd(JSON.writeValueAsString(root)));
                answers[attempt(path, body, -odd, List.of(field)) / 100]++;
            }
        }
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            JsonNode root = JSON.readTree(good);
            List<String> changed = change(root, random);
            String body = JSON.writeValueAsString(root);
            if (random.nextInt(4) == 0) { // the odd value comes second under the same name
                String field = changed.getFirst();
                String twice = good.strip().substring(0, good.strip().length() - 1);
                JsonNode odd = root.path(field);
                String last = odd.isMissingNode() ? "null" : JSON.writeValueAsString(odd);
                body = twice + ",\"" + field + "\":" + last + "}";
            }
            reset.run();
            answers[attempt(path, bytes(withOdd(body)), seed, changed) / 100]++;
            reset.run();
            answers[attempt(path, noise(bytes(good), random), seed, List.of()) / 100]++;
            reset.run();
        }
        System.out.printf("%s: %d served, %d refused%n", path, answers[2], answers[4]);
        assertThat(answers[2]).as("some are served").isPositive();
        assertThat(answers[4]).as("some are refused").isPositive();
        tiny.engine.awaitQuiet();
        assertThat(tiny.engine.load().freeBlocks()).isEqualTo(tiny.engine.load().totalBlocks());
        assertThat(ask()).isEqualTo(before);
    }

    private String ask() throws Exception {
        String body = "{\"model\":\"tiny\",\"prompt\":\"@\",\"max_tokens\":5,\"temperature\":0}";
        return JSON.readTree(post("/v1/completions", bytes(body)).body())
                .at("/choices/0/text")
                .asText();
    }

    /** The status of one body's answer. */
    private int attempt(String path, byte[] body, int seed, List<String> changed) throws Exception {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getTotalThreadAllocatedBytes();
        HttpResponse<byte[]> answer = post(path, body);
        long allocated = threads.getTotalThreadAllocatedBytes() - before;
        String shown = new String(body, 0, Math.min(600, body.length), StandardCharsets.UTF_8);
        String of = "%s, seed %d, changed %s: %s".formatted(path, seed, changed, shown);
        assertThat(answer.statusCode()).as(of).isBetween(200, 499);
        assertThat(allocated).as("%s: bytes", of).isLessThan(MOST_BYTES);
        assertThat(answer.body().length).as("%s: bytes", of).isLessThan(MOST_ANSWER);
        if (answer.statusCode() < 400) {
            assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                    .as(of)
                    .doesNotContain("\"error\":{");
            return answer.statusCode();
        }
        JsonNode error = JSON.readTree(answer.body()).path("error");
        assertThat(error.path("message").asText()).as(of).isNotEmpty();
        assertThat(error.path("type").asText()).as(of).isNotEmpty();
        assertThat(error.has("param") && error.has("code")).as(of).isTrue();
        if (!changed.isEmpty() && !error.path("message").asText().startsWith("The body")) {
            List<String> named = new ArrayList<>(changed);
            changed.forEach(field -> named.addAll(TOGETHER.getOrDefault(field, List.of())));
            assertThat(named).as("%s: %s", of, error).contains(error.path("param").asText());
        }
        return answer.statusCode();
    }

    private HttpResponse<byte[]> post(String path, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(tiny.uri(path))
                        .timeout(Duration.ofMinutes(1)) // a hang, not a measure
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build();
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    /** Changes, adds or removes one value; the names on the way to it. */
    private static List<String> change(JsonNode root, Random random) {
        List<String> names = new ArrayList<>();
        JsonNode at = root;
        while (true) {
            JsonNode next;
            if (at instanceof ObjectNode object) {
                List<String> fields = new ArrayList<>(List.of("unknown", "x".repeat(200)));
                object.fieldNames().forEachRemaining(fields::add);
                String field = fields.get(random.nextInt(fields.size()));
                names.add(field);
                next = object.path(field);
                if (next.isValueNode() || next.isEmpty() || random.nextInt(3) == 0) {
                    if (random.nextInt(8) == 0) {
                        object.remove(field);
                    } else {
                        object.set(field, odd(random.nextInt(ODD.size())));
                    }
                    return names;
                }
            } else {
                ArrayNode array = (ArrayNode) at;
                int index = random.nextInt(array.size());
                next = array.path(index);
                if (next.isValueNode() || next.isEmpty() || random.nextInt(3) == 0) {
                    array.set(index, odd(random.nextInt(ODD.size())));
                    return names;
                }
            }
            at = next;
        }
    }

    /** Bytes that change, go, come twice, are no UTF-8 or nest without an end. */
    private static byte[] noise(byte[] good, Random random) throws IOException {
        var out = new ByteArrayOutputStream();
        int at = random.nextInt(good.length);
        out.write(good, 0, at);
        switch (random.nextInt(8)) {
            case 0 -> {} // truncated
            case 1 -> out.write(good, at / 2, good.length - at / 2);
            case 2 -> {
                out.write(new byte[] {(byte) 0xc3, (byte) 0x28, (byte) 0xff});
                out.write(good, at, good.length - at);
            }
            case 3 -> { // a surrogate as if it were a character
                out.write(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80});
                out.write(good, at, good.length - at);
            }
            case 4 -> out.write(bytes((random.nextBoolean() ? "[" : "{\"a\":").repeat(50_000)));
            case 5 -> {
                out.reset();
                out.write(
                        new String(good, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16));
            }
            case 6 -> {
                out.write(good, at, good.length - at);
                out.write(good);
            }
            default -> {
                byte[] bad = good.clone();
                for (int i = random.nextInt(8); i >= 0; i--) {
                    bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
                }
                out.reset();
                out.write(Arrays.copyOf(bad, 1 + random.nextInt(2 * bad.length)));
            }
        }
        return out.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A mark for one of the odd values: not all of them can be a node. */
    private static TextNode odd(int number) {
        return new TextNode("@odd-" + number + "@");
    }

    private static String withOdd(String body) {
        String raw = body;
        for (int i = 0; i < ODD.size(); i++) {
            raw = raw.replace("\"@odd-" + i + "@\"", ODD.get(i));
        }
        return raw;
    }
}
