package dev.keelson.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.runtime.EngineOptions.Decoding;
import dev.keelson.runtime.djl.TorchDevice;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.tokenizer.IntList;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Compares this engine with llama.cpp's server: {@code gguf MODEL OUT} writes a model's weights as
 * an F32 GGUF file, {@code compare MODEL URL [torch|vector|reference]} compares tokenisations of
 * varied strings and greedy answers. Exit code 1 where they differ by more than a tie.
 */
public final class PeerMain {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TOKENS = 64;
    private static final int TEXTS = 400;
    private static final int THREADS = 2;
    private static final double TIE = 1e-4;
    private static final EngineLimits LIMITS = new EngineLimits(1, 512, 16, 64, 1024);
    private static final List<String> PROMPTS =
            List.of(
                    "The capital of France is",
                    "Once upon a time there was a",
                    "def fibonacci(n):\n",
                    "1 2 3 5 8 13",
                    "Water boils at",
                    "List three fruits:",
                    "In 1969, Neil Armstrong",
                    "La vie est",
                    "The ship left the harbour",
                    "To make soup for four people",
                    "User: What is the weather?\nAssistant:",
                    "A triangle has three",
                    "The quick brown fox",
                    "Photosynthesis is the process",
                    "import java.util.",
                    "My favourite colour is",
                    "SELECT name FROM",
                    "The largest planet in our solar system",
                    "Dear Sir or Madam,\n\n",
                    "Ein Schiff verliess");

    private final LoadedModel model;
    private final URI peer;
    private final HttpClient client = HttpClient.newHttpClient();
    private int ties;
    private int differences;
    private int tokens;

    private PeerMain(LoadedModel model, URI peer) {
        this.model = model;
        this.peer = peer;
    }

    /** Exit code 2 for wrong usage. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.setProperty("logback.configurationFile", "engine-logback.xml");
        if (arguments.length == 3 && arguments[0].equals("gguf")) {
            LoadedModel.read(Path.of(arguments[1])).writeGguf(Path.of(arguments[2]));
        } else if (arguments.length >= 3 && arguments[0].equals("compare")) {
            LoadedModel model = LoadedModel.read(Path.of(arguments[1]));
            String decoder = arguments.length > 3 ? arguments[3] : "torch";
            System.exit(compare(model, URI.create(arguments[2]), decoder) ? 0 : 1);
        } else {
            System.err.println(
                    "peer: gguf MODEL OUT.gguf, or compare MODEL URL [torch|vector|reference]");
            System.exit(2);
        }
    }

    /**
     * Prints how a model's tokens compare with those of a server that has the same weights.
     *
     * @param decoder {@code torch}, {@code vector} or {@code reference}
     * @return whether they differ in ties only
     */
    public static boolean compare(LoadedModel model, URI server, String decoder)
            throws IOException, InterruptedException {
        return new PeerMain(model, server).compare(EngineOptions.decoding(decoder));
    }

    private boolean compare(Decoding decoding) throws IOException, InterruptedException {
        int texts = 0;
        for (String text : texts()) {
            JsonNode theirs =
                    ask(
                            "/tokenize",
                            Map.of("content", text, "add_special", false, "parse_special", true));
            int[] expected = integers(theirs.path("tokens"));
            texts += Arrays.equals(model.tokenizer().encodeTemplate(text), expected) ? 1 : 0;
        }
        System.out.printf("tokenizer: %d of %d texts the same%n", texts, TEXTS);
        int same = 0;
        // Each prompt begins at position 0 again and overwrites the cache of the one before.
        try (Decoder decoder =
                Decoders.open(decoding, TorchDevice.CPU, model.weights(), LIMITS, THREADS)) {
            for (String prompt : PROMPTS) {
                same += answer(decoder, prompt) ? 1 : 0;
            }
        }
        System.out.printf(
                "greedy answers: %d of %d the same (%d tokens), %d ties, %d differences%n",
                same, PROMPTS.size(), tokens, ties, differences);
        return texts == TEXTS && differences == 0;
    }

    /** Are our tokens those of the peer, up to the first end token? */
    private boolean answer(Decoder decoder, String prompt)
            throws IOException, InterruptedException {
        var text = new IntList(128);
        text.addAll(model.tokenizer().begin());
        text.addAll(model.tokenizer().encode(prompt));
        Map<String, Object> request =
                Map.of(
                        "prompt",
                        text.toArray(),
                        "n_predict",
                        TOKENS,
                        "temperature",
                        0,
                        "samplers",
                        List.of("temperature"),
                        "cache_prompt",
                        false,
                        "return_tokens",
                        true);
        int[] theirs = integers(ask("/completion", request).path("tokens"));
        int read = 0;
        for (int i = 0; i < TOKENS; i++) {
            float[] logits = step(decoder, text, read);
            read = text.size();
            int[] best = twoBest(logits);
            boolean end = model.endTokens().contains(best[0]);
            int their = i < theirs.length ? theirs[i] : -1;
            if (end && (their < 0 || model.endTokens().contains(their))) {
                return true;
            }
            if (best[0] != their) {
                boolean tie = logits[best[0]] - logits[best[1]] <= TIE;
                ties += tie ? 1 : 0;
                differences += tie ? 0 : 1;
                System.out.printf(
                        "\"%s\" differs at token %d: %d here, %d there; two best logits %.6f apart%n",
                        prompt, i, best[0], their, logits[best[0]] - logits[best[1]]);
                return false;
            }
            tokens++;
            text.add(best[0]);
        }
        return true;
    }

    private static float[] step(Decoder decoder, IntList text, int from) {
        int[] blocks = new int[LIMITS.blocks()];
        Arrays.setAll(blocks, b -> b);
        var slice = new StepPlan.Slice(0, text.slice(from, text.size()), from, blocks, true);
        return decoder.step(new StepPlan(List.of(slice)))[0];
    }

    private static int[] twoBest(float[] logits) {
        int first = 0;
        int second = -1;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[first]) {
                second = first;
                first = i;
            } else if (second < 0 || logits[i] > logits[second]) {
                second = i;
            }
        }
        return new int[] {first, second};
    }

    /** Words, digits, blanks, scripts and control tokens in random order; always the same. */
    private List<String> texts() {
        var random = new Random(7);
        List<String> parts =
                List.of(
                        "the ",
                        " node",
                        "it's",
                        "WE'LL ",
                        "2026",
                        " 3.14159",
                        "1e-5",
                        "\n",
                        "\n\n  ",
                        "\t",
                        "   ",
                        "naïve ",
                        "日本語",
                        "中文 ",
                        "한국어",
                        "Привет ",
                        "مرحبا ",
                        "हिन्दी",
                        "🙂",
                        "👨‍👩‍👧",
                        "\u00a0",
                        "\u3000",
                        "½²",
                        "Ⅷ",
                        "١٢٣",
                        "{\"a\": [1]}",
                        "()=>",
                        "//",
                        "https://a.com/?b=1",
                        "e\u0301",
                        "ﬁ",
                        "ß",
                        "\u200b",
                        "…",
                        "$€",
                        "\r\n",
                        "x",
                        ".");
        List<String> control = model.tokenizer().control().keySet().stream().toList();
        return random.ints(TEXTS, 0, 24)
                .mapToObj(length -> {
                    var text = new StringBuilder();
                    for (int i = 0; i <= length; i++) {
                        text.append(
                                random.nextInt(20) == 0
                                        ? control.get(random.nextInt(control.size()))
                                        : parts.get(random.nextInt(parts.size())));
                    }
                    return text.toString();
                })
                .toList();
    }

    private JsonNode ask(String path, Map<String, Object> body)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(peer.resolve(path))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                        .build();
        return JSON.readTree(client.send(request, BodyHandlers.ofByteArray()).body());
    }

    private static int[] integers(JsonNode list) {
        int[] values = new int[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.path(i).asInt();
        }
        return values;
    }
}
