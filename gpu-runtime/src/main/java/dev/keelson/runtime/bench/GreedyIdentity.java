package dev.keelson.runtime.bench;

import dev.keelson.runtime.bench.BenchEngine.Answer;
import dev.keelson.runtime.djl.LlamaDecoder;
import dev.keelson.runtime.engine.Adapter;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.DraftedDecoder;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.engine.EngineKnobs;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.EngineRequest;
import dev.keelson.runtime.engine.Penalties;
import dev.keelson.runtime.engine.SamplingParameters;
import dev.keelson.runtime.vector.VectorDecoder;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Projection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Are greedy tokens the same however a request is served? Each is answered alone, then in batches,
 * in chunks, with its prefix found in the cache, preempted, with tokens guessed from its text or by
 * a draft model, as one of three choices, and beside other adapters, on libtorch and on the Vector
 * API: there it has one itself, or none.
 */
public final class GreedyIdentity {
    private static final int CONTEXT = 256;
    private static final int BATCH = 8;
    private static final int GUESSES = 4;
    private static final int THREADS = 2;
    private static final int ADAPTERS = 5; // the base among them
    private static final float TIE = 1e-4f;

    /**
     * What came of one way to serve.
     *
     * @param answers compared with the same served alone
     * @param different answers that differ where it is not a tie
     * @param ties answers whose first difference lies where the two best logits of the request
     *     alone are within 1e-4
     * @param seen times that what is tested did happen: preemptions, tokens found, guesses that
     *     were right, or answers that are an adapter's own
     */
    public record Outcome(int answers, int different, int ties, long seen) {}

    private final LlamaWeights weights;
    private final int tokens;
    private final List<int[]> prompts = new ArrayList<>();
    private final List<Answer> alone = new ArrayList<>();
    private final List<@Nullable Adapter> adapters = new ArrayList<>();

    /**
     * @param seeds how many requests
     * @param tokens of each answer
     */
    public GreedyIdentity(LlamaWeights weights, int seeds, int tokens) {
        this.weights = weights;
        this.tokens = tokens;
        for (int seed = 0; seed < seeds; seed++) {
            var random = new Random(seed);
            int length = 20 + random.nextInt(CONTEXT - tokens - 20);
            prompts.add(BenchEngine.prompt(random, length, weights.config().vocabulary()));
        }
        adapters.add(null);
        for (int i = 1; i < ADAPTERS; i++) {
            var lora = RandomAdapter.of(weights.config(), 2 * i, i, 0.04, Projection.values());
            adapters.add(new Adapter("adapter-" + i, lora));
        }
    }

    /** Outcomes by way, in a fixed order. */
    public Map<String, Outcome> run() {
        var limits = new EngineLimits(1, CONTEXT, 16, 64, CONTEXT);
        try (var engine = engine(limits, false)) {
            for (int[] prompt : prompts) {
                alone.add(engine.submit(prompt, withGaps()));
                engine.run();
            }
        }
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        outcomes.put("batched", together(new EngineLimits(BATCH, 512, 16, 256, CONTEXT), 0));
        outcomes.put("chunked", together(new EngineLimits(BATCH, 24, 16, 256, CONTEXT), 0));
        outcomes.put("prefix hit", prefixes());
        outcomes.put("preempted", together(new EngineLimits(BATCH, 64, 4, 70, CONTEXT), 1));
        outcomes.put("guessed", guessed(LlamaDecoder::new));
        outcomes.put("guessed by a draft", guessed(GreedyIdentity::drafted));
        outcomes.put("choices", choices());
        List<Answer> each = adapted();
        outcomes.put("beside other adapters", adapters(each, LlamaDecoder::new));
        outcomes.put(
                "adapters on vector", adapters(each, (w, l) -> new VectorDecoder(w, l, THREADS)));
        return outcomes;
    }

    private Outcome together(EngineLimits limits, int expectPreemptions) {
        try (var engine = engine(limits, false)) {
            List<Answer> answers = new ArrayList<>();
            for (int[] prompt : prompts) {
                answers.add(engine.submit(prompt, BenchEngine.greedy(tokens)));
            }
            engine.run();
            long preemptions = engine.engine().load().preemptions();
            return compare(answers, expectPreemptions == 0 ? answers.size() : preemptions);
        }
    }

    private Outcome prefixes() {
        var limits = new EngineLimits(BATCH, 512, 16, 512, CONTEXT);
        try (var engine = engine(limits, true)) {
            List<Answer> answers = new ArrayList<>();
            for (int[] prompt : prompts) {
                engine.submit(prompt, BenchEngine.greedy(1));
                engine.run();
                answers.add(engine.submit(prompt, BenchEngine.greedy(tokens)));
                engine.run();
            }
            return compare(answers, answers.stream().mapToLong(a -> a.cached).sum());
        }
    }

    private static Decoder drafted(LlamaWeights weights, EngineLimits limits) {
        LlamaWeights half = weights.firstLayers((weights.config().layers() + 1) / 2);
        return new DraftedDecoder(
                new LlamaDecoder(weights, limits), new LlamaDecoder(half, limits));
    }

    private Outcome guessed(BiFunction<LlamaWeights, EngineLimits, Decoder> decoder) {
        var limits = new EngineLimits(BATCH, 512, 16, 256, CONTEXT);
        var knobs = EngineKnobs.of(limits).withPrefixCaching(false).withSpeculativeTokens(GUESSES);
        try (var engine = new BenchEngine(decoder.apply(weights, limits), limits, knobs)) {
            List<Answer> answers = new ArrayList<>();
            for (int[] prompt : prompts) {
                answers.add(engine.submit(prompt, BenchEngine.greedy(tokens)));
            }
            engine.run();
            return compare(answers, engine.engine().load().speculation().acceptedTokens());
        }
    }

    private Outcome choices() {
        var limits = new EngineLimits(BATCH, 512, 16, 512, CONTEXT);
        try (var engine = engine(limits, true)) {
            List<Answer> answers = new ArrayList<>();
            for (int[] prompt : prompts) {
                List<Engine.Choice> three = new ArrayList<>();
                List<Answer> sinks = List.of(new Answer(), new Answer(), new Answer());
                sinks.forEach(s -> three.add(new Engine.Choice(BenchEngine.greedy(tokens), s)));
                engine.engine().submit(new EngineRequest(prompt), three);
                engine.run();
                answers.add(sinks.getLast());
            }
            return compare(answers, answers.stream().mapToLong(a -> a.cached).sum());
        }
    }

    /** Each request alone, with its adapter. */
    private List<Answer> adapted() {
        List<Answer> each = new ArrayList<>();
        try (var engine = engine(new EngineLimits(1, CONTEXT, 16, 64, CONTEXT), false)) {
            for (int i = 0; i < prompts.size(); i++) {
                each.add(engine.submit(prompts.get(i), withGaps(), adapter(i)));
                engine.run();
            }
        }
        return each;
    }

    /** With fewer slots than adapters, so that these take turns. */
    private Outcome adapters(
            List<Answer> each, BiFunction<LlamaWeights, EngineLimits, Decoder> decoder) {
        var limits =
                new EngineLimits(BATCH, 64, 16, 256, CONTEXT)
                        .withAdapters(ADAPTERS - 2, 2 * ADAPTERS);
        try (var engine =
                new BenchEngine(decoder.apply(weights, limits), limits, EngineKnobs.of(limits))) {
            List<Answer> answers = new ArrayList<>();
            for (int i = 0; i < prompts.size(); i++) {
                answers.add(engine.submit(prompts.get(i), BenchEngine.greedy(tokens), adapter(i)));
            }
            engine.run();
            long other = 0; // answers that differ from the base's: the adapters did something
            for (int i = 0; i < each.size(); i++) {
                other += each.get(i).tokens.equals(alone.get(i).tokens) ? 0 : 1;
            }
            return compare(each, answers, other);
        }
    }

    private @Nullable Adapter adapter(int request) {
        return adapters.get(request % ADAPTERS);
    }

    private Outcome compare(List<Answer> answers, long seen) {
        return compare(alone, answers, seen);
    }

    private static Outcome compare(List<Answer> alone, List<Answer> answers, long seen) {
        int different = 0;
        int ties = 0;
        for (int i = 0; i < answers.size(); i++) {
            List<Integer> expected = alone.get(i).tokens;
            List<Integer> got = answers.get(i).tokens;
            int at = 0;
            while (at < expected.size() && expected.get(at).equals(got.get(at))) {
                at++;
            }
            if (at < expected.size()) {
                boolean tie = alone.get(i).gaps.get(at) <= TIE;
                ties += tie ? 1 : 0;
                different += tie ? 0 : 1;
            }
        }
        return new Outcome(answers.size(), different, ties, seen);
    }

    private BenchEngine engine(EngineLimits limits, boolean prefixCaching) {
        return new BenchEngine(
                weights, limits, EngineKnobs.of(limits).withPrefixCaching(prefixCaching));
    }

    private SamplingParameters withGaps() {
        return new SamplingParameters(tokens, 0, 1, 0, 0, Penalties.NONE, 0, List.of(), true, 2);
    }
}
