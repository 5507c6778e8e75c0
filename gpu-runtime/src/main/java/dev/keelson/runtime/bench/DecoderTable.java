package dev.keelson.runtime.bench;

import dev.keelson.runtime.LoadedModel;
import dev.keelson.runtime.djl.LlamaDecoder;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineKnobs;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.vector.VectorDecoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The decoder on the Vector API beside libtorch, both on one thread, as an engine has them unless
 * its knobs say more: seconds to the first token of prompts of several lengths, and of answers of
 * 32 tokens alone and in batches.
 */
final class DecoderTable {
    private static final int THREADS = 1;
    private static final int TOKENS = 32;
    private static final int PROMPT = 8;
    private static final int CONTEXT = 2_048;
    private static final EngineLimits LIMITS = new EngineLimits(32, 256, 16, 256, CONTEXT);

    /**
     * What is asked of both.
     *
     * @param length of each prompt, in tokens
     * @param tokens of each answer
     */
    private record Case(String name, int batch, int length, int tokens) {}

    private DecoderTable() {}

    static void run(Path model, int rounds) throws IOException {
        // Read when libtorch loads. Its threads wait for each other beside other work.
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(THREADS));
        LoadedModel loaded = LoadedModel.read(model);
        int vocabulary = loaded.config().vocabulary();
        var vectors = new VectorDecoder(loaded.weights(), LIMITS, THREADS);
        vectors.warmUp();
        try (var torch = engine(new LlamaDecoder(loaded.weights(), LIMITS));
                var vector = engine(vectors)) {
            var cases = new ArrayList<Case>();
            for (int length : new int[] {64, 512, 2_000}) {
                cases.add(new Case("prompt " + length, 1, length, 1));
            }
            for (int batch : new int[] {1, 8, 32}) {
                cases.add(new Case("batch " + batch, batch, PROMPT, TOKENS));
            }
            cases.forEach(asked -> compare(asked, torch, vector, vocabulary, rounds));
        }
    }

    private static BenchEngine engine(Decoder decoder) {
        return new BenchEngine(decoder, LIMITS, EngineKnobs.of(LIMITS).withPrefixCaching(false));
    }

    private static void compare(
            Case asked, BenchEngine torch, BenchEngine vector, int vocabulary, int rounds) {
        var seconds = List.of(new Rounds(), new Rounds());
        for (int round = -1; round < rounds; round++) { // the first one warms up
            var random = new Random(round);
            List<int[]> prompts = new ArrayList<>();
            for (int i = 0; i < asked.batch(); i++) {
                prompts.add(BenchEngine.prompt(random, asked.length(), vocabulary));
            }
            for (int i = 0; i < 2; i++) {
                int turn = (i + round) & 1;
                double taken = seconds(turn == 0 ? torch : vector, prompts, asked.tokens());
                if (round >= 0) {
                    seconds.get(turn).add(taken);
                }
            }
        }
        System.out.printf(
                "%-12s libtorch %s s, vector %s s, libtorch's time / vector's %s%n",
                asked.name(),
                seconds.get(0).text("%.4f"),
                seconds.get(1).text("%.4f"),
                seconds.get(0).over(seconds.get(1)).text("%.2f"));
    }

    private static double seconds(BenchEngine engine, List<int[]> prompts, int tokens) {
        long started = System.nanoTime();
        prompts.forEach(prompt -> engine.submit(prompt, BenchEngine.greedy(tokens)));
        engine.run();
        return (System.nanoTime() - started) / 1e9;
    }
}
