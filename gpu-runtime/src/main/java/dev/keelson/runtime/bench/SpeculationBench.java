package dev.keelson.runtime.bench;

import dev.keelson.runtime.LoadedModel;
import dev.keelson.runtime.bench.BenchEngine.Answer;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.DraftedDecoder;
import dev.keelson.runtime.engine.EngineKnobs;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.EngineLoad;
import dev.keelson.runtime.engine.Speculation;
import dev.keelson.runtime.vector.VectorDecoder;
import dev.keelson.runtime.weights.LlamaWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What guessing brings at batch 1, greedy, on the vector decoder with two threads: tokens per step
 * of the model, and the time without over the time with. Texts to copy, and texts to go on from;
 * guesses from the text so far, by the model cut off half-way, and by the model itself, which is
 * always right and never pays: the bound of what a draft model may cost.
 */
final class SpeculationBench {
    private static final int THREADS = 2;
    private static final int GUESSES = 4;
    private static final int TOKENS = 96;
    private static final EngineLimits LIMITS = new EngineLimits(1, 512, 16, 64, 1024);
    private static final List<String> FACTS =
            List.of(
                    "The red lantern hangs above the north gate, and the brass key lies under the third stone.",
                    "Node 17 holds four replicas of the small model, node 18 holds two of the large one.",
                    "Mara bought nine apples, three loaves of bread, a jar of honey and a wheel of cheese.");
    private static final List<String> STARTS =
            List.of(
                    "The capital of France is",
                    "Once upon a time there was a",
                    "To make soup for four people, you need");

    private SpeculationBench() {}

    /** Prints the table. */
    static void run(Path path, int rounds) throws IOException {
        LoadedModel model = LoadedModel.read(path);
        Map<String, List<int[]>> kinds = new LinkedHashMap<>();
        kinds.put("repetitive", new ArrayList<>());
        kinds.put("plain", new ArrayList<>());
        for (String fact : FACTS) {
            kinds.get("repetitive").add(prompt(model, (fact + "\n").repeat(3)));
        }
        for (String start : STARTS) {
            kinds.get("plain").add(prompt(model, start));
        }
        LlamaWeights weights = model.weights();
        int half = (weights.config().layers() + 1) / 2;
        run("from its text", () -> decoder(weights), kinds, rounds);
        run(
                "by its first %d layers of %d".formatted(half, weights.config().layers()),
                () -> new DraftedDecoder(decoder(weights), decoder(weights.firstLayers(half))),
                kinds,
                rounds);
        run(
                "by itself",
                () -> new DraftedDecoder(decoder(weights), decoder(weights)),
                kinds,
                rounds);
    }

    private static void run(
            String guesses, Supplier<Decoder> decoder, Map<String, List<int[]>> kinds, int rounds) {
        System.out.printf("guessed %s%n", guesses);
        EngineKnobs off = EngineKnobs.of(LIMITS).withPrefixCaching(false);
        try (var engine = new BenchEngine(decoder.get(), LIMITS, off)) {
            for (var kind : kinds.entrySet()) {
                run(engine, off, kind.getKey(), kind.getValue(), rounds);
            }
        }
    }

    private static Decoder decoder(LlamaWeights weights) {
        var decoder = new VectorDecoder(weights, LIMITS, THREADS);
        decoder.warmUp();
        return decoder;
    }

    private static void run(
            BenchEngine engine, EngineKnobs off, String kind, List<int[]> prompts, int rounds) {
        var speedUp = new Rounds();
        var tokensPerStep = new Rounds();
        var accepted = new Rounds();
        for (int round = -1; round < rounds; round++) { // the first one warms up
            List<List<Integer>> without = new ArrayList<>();
            List<List<Integer>> with = new ArrayList<>();
            engine.engine().change(off);
            double plain = seconds(engine, prompts, without);
            engine.engine().change(off.withSpeculativeTokens(GUESSES));
            EngineLoad before = engine.engine().load();
            double guessed = seconds(engine, prompts, with);
            EngineLoad after = engine.engine().load();
            if (!with.equals(without)) {
                System.out.printf("%s: answers differ%n", kind);
            }
            if (round >= 0) {
                Speculation a = before.speculation();
                Speculation b = after.speculation();
                speedUp.add(plain / guessed);
                tokensPerStep.add(
                        (double) prompts.size() * TOKENS / (after.steps() - before.steps()));
                accepted.add(
                        100.0
                                * (b.acceptedTokens() - a.acceptedTokens())
                                / Math.max(1, b.draftTokens() - a.draftTokens()));
            }
        }
        System.out.printf("%-11s tokens per step   %s%n", kind, tokensPerStep.text("%.2f"));
        System.out.printf("%-11s guesses right, %%  %s%n", kind, accepted.text("%.0f"));
        System.out.printf("%-11s speed-up          %s%n", kind, speedUp.text("%.2f"));
    }

    private static double seconds(
            BenchEngine engine, List<int[]> prompts, List<List<Integer>> answers) {
        long started = System.nanoTime();
        for (int[] prompt : prompts) {
            Answer answer = engine.submit(prompt, BenchEngine.greedy(TOKENS));
            engine.run();
            answers.add(answer.tokens);
        }
        return (System.nanoTime() - started) / 1e9;
    }

    private static int[] prompt(LoadedModel model, String text) {
        return model.tokenizer().encode(text);
    }
}
