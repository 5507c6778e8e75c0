package dev.keelson.runtime.bench;

import dev.keelson.runtime.LoadedModel;
import dev.keelson.runtime.bench.BenchEngine.Answer;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.DraftedDecoder;
import dev.keelson.runtime.engine.EngineKnobs;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.EngineLoad;
import dev.keelson.runtime.engine.Speculation;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.vector.VectorDecoder;
import dev.keelson.runtime.weights.LlamaWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What guessing brings, greedy, on the vector decoder with two threads, one at a time and eight at
 * once: tokens per second without guesses, with guesses from the text so far, and with guesses of a
 * draft model. Texts to copy, and texts to go on from.
 */
final class SpeculationBench {
    private static final int THREADS = 2;
    private static final int BATCH = 8;
    private static final int GUESSES = 4;
    private static final int TOKENS = 96;
    private static final int CONTEXT = 512;
    private static final EngineLimits LIMITS =
            new EngineLimits(BATCH, 1024, 16, BATCH * CONTEXT / 16, CONTEXT).withAdapters(0, 1);
    private static final List<String> FACTS =
            List.of(
                    "The red lantern hangs above the north gate, and the brass key lies under the third stone.",
                    "Node 17 holds four replicas of the small model, node 18 holds two of the large one.",
                    "Mara bought nine apples, three loaves of bread, a jar of honey and a wheel of cheese.",
                    "The ship left the harbour on Monday with wool, copper and nine sailors on deck.",
                    "Anton keeps the white saddle in the school, behind the second shelf of the library.",
                    "The engine answers in forty milliseconds, the gateway adds one, the client waits for both.",
                    "Greta owns a blue chair, a brown hammer and an orange barrel, in this order.",
                    "On Friday there will be wind in the valley, thunder at night and frost by the morning.");
    private static final List<String> STARTS =
            List.of(
                    "The capital of France is",
                    "Once upon a time there was a",
                    "To make soup for four people, you need",
                    "In the market there lived a smith called",
                    "First he cuts the onions and puts them into",
                    "The captain took the ship from the harbour",
                    "User: How many replicas are ready?\nAssistant:",
                    "On a Sunday morning full of rain, the teacher");

    /** How tokens are guessed, and the knobs that say so. */
    private record Way(String name, int guesses, boolean drafted) {}

    /** Figures of one way, a value a round. */
    private static final class Figures {
        final Rounds rate = new Rounds();
        final Rounds tokensPerStep = new Rounds();
        final Rounds accepted = new Rounds();
    }

    /** One model in memory for all ways: its draft model is there or not. */
    private static final class Switched implements Decoder {
        private final DraftedDecoder both;
        private boolean drafts;

        Switched(DraftedDecoder both) {
            this.both = both;
        }

        @Override
        public float[][] step(StepPlan plan) {
            return both.step(plan);
        }

        @Override
        public @Nullable Decoder draft() {
            return drafts ? both.draft() : null;
        }

        @Override
        public void close() {
            both.close();
        }
    }

    private final Switched decoder;
    private final BenchEngine engine;
    private final EngineKnobs off = EngineKnobs.of(LIMITS).withPrefixCaching(false);
    private final List<Way> ways;
    private boolean differ;

    private SpeculationBench(Decoder model, Decoder draft, String draftName) {
        decoder = new Switched(new DraftedDecoder(model, draft));
        engine = new BenchEngine(decoder, LIMITS, off);
        ways =
                List.of(
                        new Way("without guesses", 0, false),
                        new Way("prompt lookup", GUESSES, false),
                        new Way("draft: " + draftName, GUESSES, true));
    }

    /**
     * Prints the table.
     *
     * @param draft a folder or GGUF file that guesses; null for the first half of the model
     * @throws IllegalArgumentException if the draft cannot guess for the model
     */
    static void run(Path path, @Nullable Path draft, int rounds) throws IOException {
        LoadedModel model = LoadedModel.read(path);
        LlamaWeights weights = model.weights();
        int layers = weights.config().layers();
        LlamaWeights guesses = weights.firstLayers((layers + 1) / 2);
        String name = "its first %d layers of %d".formatted((layers + 1) / 2, layers);
        if (draft != null) {
            LoadedModel small = LoadedModel.read(draft);
            model.requireDraft(small, draft, CONTEXT);
            guesses = small.weights();
            name = String.valueOf(draft.getFileName());
        }
        var bench = new SpeculationBench(vector(weights), vector(guesses), name);
        try {
            Map<String, List<String>> kinds = Map.of("repetitive", FACTS, "plain", STARTS);
            for (int batch : new int[] {1, BATCH}) {
                for (String kind : List.of("repetitive", "plain")) {
                    List<int[]> prompts = new ArrayList<>();
                    for (String text : kinds.getOrDefault(kind, List.of())) {
                        String asked = kind.equals("plain") ? text : (text + "\n").repeat(3);
                        prompts.add(model.tokenizer().encode(asked));
                    }
                    bench.run(batch, kind, prompts, rounds);
                }
            }
            System.out.println(
                    bench.differ
                            ? "ANSWERS DIFFER"
                            : "answers are the same every way, every round");
        } finally {
            bench.engine.close();
        }
    }

    private static Decoder vector(LlamaWeights weights) {
        var decoder = new VectorDecoder(weights, LIMITS, THREADS);
        decoder.warmUp();
        return decoder;
    }

    private void run(int batch, String kind, List<int[]> prompts, int rounds) {
        Map<Way, Figures> all = new LinkedHashMap<>();
        ways.forEach(way -> all.put(way, new Figures()));
        for (int round = -1; round < rounds; round++) { // the first one warms up
            List<List<Integer>> expected = List.of();
            for (var entry : all.entrySet()) {
                @Nullable Figures figures = round < 0 ? null : entry.getValue();
                List<List<Integer>> got = answers(entry.getKey(), batch, prompts, figures);
                expected = expected.isEmpty() ? got : expected;
                differ |= !got.equals(expected);
            }
        }
        Figures first = null;
        for (var entry : all.entrySet()) {
            Figures f = entry.getValue();
            first = first == null ? f : first;
            System.out.printf(
                    "batch %d  %-10s  %-32s %s tokens/s, %s of without; tokens per step %.2f, guesses right %.0f %%%n",
                    batch,
                    kind,
                    entry.getKey().name,
                    f.rate.text("%.1f"),
                    f.rate.over(first.rate).text("%.2f"),
                    f.tokensPerStep.median(),
                    f.accepted.median());
        }
    }

    /** Answers all prompts, {@code batch} at a time, and notes the figures. */
    private List<List<Integer>> answers(
            Way way, int batch, List<int[]> prompts, @Nullable Figures figures) {
        decoder.drafts = way.drafted;
        engine.engine().change(off.withSpeculativeTokens(way.guesses));
        EngineLoad before = engine.engine().load();
        List<Answer> answers = new ArrayList<>();
        long started = System.nanoTime();
        for (int from = 0; from < prompts.size(); from += batch) {
            for (int[] prompt : prompts.subList(from, from + batch)) {
                answers.add(engine.submit(prompt, BenchEngine.greedy(TOKENS)));
            }
            engine.run();
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        EngineLoad after = engine.engine().load();
        if (figures != null) {
            Speculation a = before.speculation();
            Speculation b = after.speculation();
            double tokens = (double) prompts.size() * TOKENS;
            figures.rate.add(tokens / seconds);
            figures.tokensPerStep.add(tokens / batch / (after.steps() - before.steps()));
            figures.accepted.add(
                    100.0
                            * (b.acceptedTokens() - a.acceptedTokens())
                            / Math.max(1, b.draftTokens() - a.draftTokens()));
        }
        return answers.stream().map(answer -> answer.tokens).toList();
    }
}
