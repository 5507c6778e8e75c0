package dev.keelson.runtime.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.runtime.LoadedModel;
import dev.keelson.runtime.PeerMain;
import dev.keelson.runtime.djl.LlamaDecoder;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineKnobs;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.vector.VectorDecoder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Tokens per second of one model, alone and eight at once: this engine with its decoders on two
 * threads, llama.cpp's server with one and two, and vLLM's engine with two, all with the same F32
 * weights and an F32 cache. A rate is all tokens over the time from the first request to the last
 * token; prompts have eight tokens.
 */
final class DecodeSpeed {
    private static final int THREADS = 2;
    private static final int BATCH = 8;
    private static final int PROMPT = 8;
    private static final int TOKENS = 64;
    private static final int CONTEXT = 128;
    private static final EngineLimits LIMITS =
            new EngineLimits(BATCH, 256, 16, BATCH * CONTEXT / 16, CONTEXT);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One that answers. */
    private interface Contender extends AutoCloseable {
        void answer(List<int[]> prompts) throws IOException, InterruptedException;

        @Override
        void close() throws IOException;
    }

    private DecodeSpeed() {}

    /**
     * Prints the table.
     *
     * @param folder for what is written meanwhile
     */
    static void run(Path model, Path folder, int rounds) throws IOException, InterruptedException {
        Map<String, Contender> all = new LinkedHashMap<>();
        try {
            LoadedModel loaded = LoadedModel.read(model);
            var vector = new VectorDecoder(loaded.weights(), LIMITS, THREADS);
            vector.warmUp();
            all.put("vector, 2 threads", ours(vector));
            all.put("libtorch, 2 threads", ours(new LlamaDecoder(loaded.weights(), LIMITS)));
            if (LlamaServer.isThere(folder)) {
                Path gguf = folder.resolve("f32.gguf");
                loaded.writeGguf(gguf);
                for (int threads = 1; threads <= THREADS; threads++) {
                    var server = LlamaServer.start(folder, gguf, threads, BATCH, CONTEXT);
                    all.put(
                            "llama.cpp, %d thread%s".formatted(threads, threads > 1 ? "s" : ""),
                            theirs(server));
                }
            }
            if (VllmDecoder.isThere(folder)) {
                all.put(
                        "vLLM, 2 threads",
                        theirs(VllmDecoder.start(folder, loaded, BATCH, CONTEXT)));
            }
            int vocabulary = loaded.config().vocabulary();
            loaded = null; // the decoders have copies
            for (int batch : new int[] {1, BATCH}) {
                report(batch, measure(all, batch, vocabulary, rounds));
            }
        } finally {
            for (Contender contender : all.values()) {
                contender.close();
            }
            Files.deleteIfExists(folder.resolve("f32.gguf"));
        }
    }

    /** Prints whether tokenisations and greedy answers are llama.cpp's, for each decoder. */
    static void compareTokens(Path model, Path folder) throws IOException, InterruptedException {
        if (!LlamaServer.isThere(folder)) {
            return;
        }
        LoadedModel loaded = LoadedModel.read(model);
        Path gguf = folder.resolve("f32.gguf");
        loaded.writeGguf(gguf);
        try (var server = LlamaServer.start(folder, gguf, THREADS, 1, 1024)) {
            for (String decoder : List.of("torch", "vector")) {
                System.out.printf("%s:%n", decoder);
                PeerMain.compare(loaded, server.address(), decoder);
            }
        }
    }

    private static Map<String, Rounds> measure(
            Map<String, Contender> all, int batch, int vocabulary, int rounds)
            throws IOException, InterruptedException {
        Map<String, Rounds> figures = new LinkedHashMap<>();
        for (int round = -1; round < rounds; round++) { // the first one warms up
            var random = new Random(round);
            List<int[]> prompts = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                prompts.add(BenchEngine.prompt(random, PROMPT, vocabulary));
            }
            for (var contender : all.entrySet()) {
                long started = System.nanoTime();
                contender.getValue().answer(prompts);
                double rate = batch * TOKENS * 1e9 / (System.nanoTime() - started);
                if (round >= 0) {
                    figures.computeIfAbsent(contender.getKey(), name -> new Rounds()).add(rate);
                }
            }
        }
        return figures;
    }

    private static void report(int batch, Map<String, Rounds> figures) {
        figures.forEach((name, rounds) ->
                System.out.printf(
                        "batch %d  %-22s %s tokens/s%n", batch, name, rounds.text("%.1f")));
        figures.entrySet().stream()
                .filter(e -> e.getKey().startsWith("llama"))
                .map(Map.Entry::getValue)
                .max(java.util.Comparator.comparingDouble(Rounds::median))
                .ifPresent(best ->
                        figures.forEach((name, rounds) -> {
                            if (!name.startsWith("llama")) {
                                System.out.printf(
                                        "batch %d  %-22s %s of llama.cpp's best%n",
                                        batch, name, rounds.over(best).text("%.2f"));
                            }
                        }));
    }

    private static Contender ours(Decoder decoder) {
        var engine =
                new BenchEngine(decoder, LIMITS, EngineKnobs.of(LIMITS).withPrefixCaching(false));
        return new Contender() {
            @Override
            public void answer(List<int[]> prompts) {
                prompts.forEach(prompt -> engine.submit(prompt, BenchEngine.greedy(TOKENS)));
                engine.run();
            }

            @Override
            public void close() {
                engine.close();
            }
        };
    }

    private static Contender theirs(VllmDecoder vllm) {
        return new Contender() {
            @Override
            public void answer(List<int[]> prompts) throws IOException {
                vllm.answer(prompts, TOKENS);
            }

            @Override
            public void close() throws IOException {
                vllm.close();
            }
        };
    }

    private static Contender theirs(LlamaServer server) {
        HttpClient client = HttpClient.newHttpClient();
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        URI completion = server.address().resolve("/completion");
        return new Contender() {
            @Override
            public void answer(List<int[]> prompts) throws IOException, InterruptedException {
                List<Future<Integer>> answers = new ArrayList<>();
                prompts.forEach(prompt ->
                        answers.add(threads.submit(() -> complete(client, completion, prompt))));
                for (Future<Integer> answer : answers) {
                    try {
                        if (answer.get() != TOKENS) {
                            throw new IOException(
                                    "llama.cpp gave " + answer.get() + " tokens, not " + TOKENS);
                        }
                    } catch (ExecutionException e) {
                        throw new IOException("llama.cpp did not answer", e);
                    }
                }
            }

            @Override
            public void close() {
                threads.close();
                client.close();
                server.close();
            }
        };
    }

    private static int complete(HttpClient client, URI uri, int... prompt)
            throws IOException, InterruptedException {
        Map<String, Object> body =
                Map.of(
                        "prompt",
                        prompt,
                        "n_predict",
                        TOKENS,
                        "temperature",
                        0,
                        "samplers",
                        List.of("temperature"),
                        "ignore_eos",
                        true,
                        "cache_prompt",
                        false);
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                        .build();
        return JSON.readTree(client.send(request, BodyHandlers.ofByteArray()).body())
                .path("tokens_predicted")
                .asInt();
    }
}
