package dev.keelson.runtime.bench;

import dev.keelson.runtime.bench.BenchEngine.Answer;
import dev.keelson.runtime.engine.Adapter;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.DraftedDecoder;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.engine.EngineKnobs;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.EngineRequest;
import dev.keelson.runtime.engine.Penalties;
import dev.keelson.runtime.engine.SamplingParameters;
import dev.keelson.runtime.reference.ReferenceDecoder;
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
 * Are greedy tokens the same however a request is served? The reference engine answers each alone,
 * with and without an adapter. Then each decoder answers alone, in batches, in chunks, with the
 * prefix found in the cache, preempted, with tokens guessed from the text or by a draft model, as
 * one of three choices, from where another engine broke off, and beside other adapters.
 */
public final class GreedyIdentity {
    private static final int CONTEXT = 256;
    private static final int BATCH = 8;
    private static final int GUESSES = 4;
    private static final int THREADS = 2;
    private static final int ADAPTERS = 5; // the base among them
    private static final float TIE = 1e-4f;
    private static final EngineLimits ONE = new EngineLimits(1, CONTEXT, 16, 64, CONTEXT);
    private static final EngineLimits MANY = new EngineLimits(BATCH, 512, 16, 512, CONTEXT);

    /** With fewer slots than adapters, so that these take turns. */
    private static final EngineLimits ADAPTED =
            new EngineLimits(BATCH, 64, 16, 256, CONTEXT).withAdapters(ADAPTERS - 2, 2 * ADAPTERS);

    /** Decoders by name; the reference is among them, since it serves where libtorch cannot. */
    public static final Map<String, BiFunction<LlamaWeights, EngineLimits, Decoder>> DECODERS =
            decoders();

    /**
     * What came of one way to serve.
     *
     * @param answers compared with the reference's alone
     * @param different answers that differ where it is not a tie
     * @param ties answers whose first difference lies where the reference's two best logits are
     *     within 1e-4
     * @param seen times that what is tested did happen: preemptions, tokens found, guesses that
     *     were right, tokens of the engine that broke off, or answers that are an adapter's own
     */
    public record Outcome(int answers, int different, int ties, long seen) {}

    private final LlamaWeights weights;
    private final int tokens;
    private final List<int[]> prompts = new ArrayList<>();
    private final List<@Nullable Adapter> adapters = new ArrayList<>();
    private final List<Answer> expected;
    private final List<Answer> adapted;

    /**
     * Asks the reference engine.
     *
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
        expected = reference(false);
        adapted = reference(true);
    }

    /** Outcomes of one decoder by way, in a fixed order. */
    public Map<String, Outcome> run(BiFunction<LlamaWeights, EngineLimits, Decoder> decoder) {
        BiFunction<LlamaWeights, EngineLimits, Decoder> drafted =
                (w, limits) -> drafted(decoder, w, limits);
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        outcomes.put("alone", together(decoder, ONE));
        outcomes.put("batched", together(decoder, MANY));
        outcomes.put("chunked", together(decoder, new EngineLimits(BATCH, 24, 16, 256, CONTEXT)));
        outcomes.put("prefix hit", prefixes(decoder));
        outcomes.put("preempted", preempted(decoder));
        outcomes.put("guessed", guessed(decoder));
        outcomes.put("guessed by a draft", guessed(drafted));
        outcomes.put("choices", choices(decoder));
        outcomes.put("failed over", failedOver(decoder));
        outcomes.put("beside other adapters", adapters(decoder, 0));
        outcomes.put("adapters, guessed", adapters(decoder, GUESSES));
        outcomes.put("adapters, by a draft", adapters(drafted, GUESSES));
        return outcomes;
    }

    private static Map<String, BiFunction<LlamaWeights, EngineLimits, Decoder>> decoders() {
        Map<String, BiFunction<LlamaWeights, EngineLimits, Decoder>> all = new LinkedHashMap<>();
        all.put("torch", BenchEngine::libtorch);
        all.put("vector", (weights, limits) -> new VectorDecoder(weights, limits, THREADS));
        all.put("reference", ReferenceDecoder::new);
        return all;
    }

    private static Decoder drafted(
            BiFunction<LlamaWeights, EngineLimits, Decoder> decoder,
            LlamaWeights weights,
            EngineLimits limits) {
        LlamaWeights half = weights.firstLayers((weights.config().layers() + 1) / 2);
        return new DraftedDecoder(
                decoder.apply(weights, limits), decoder.apply(half, limits.withAdapters(0, 1)));
    }

    /** Each request alone. */
    private List<Answer> reference(boolean withAdapters) {
        var parameters =
                new SamplingParameters(tokens, 0, 1, 0, 0, Penalties.NONE, 0, List.of(), true, 2);
        List<Answer> answers = new ArrayList<>();
        EngineLimits limits = ONE.withAdapters(1, 2 * ADAPTERS);
        try (var engine = engine(ReferenceDecoder::new, limits)) {
            for (int i = 0; i < prompts.size(); i++) {
                Adapter adapter = withAdapters ? adapter(i) : null;
                answers.add(engine.submit(prompts.get(i), parameters, adapter));
                engine.run();
            }
        }
        return answers;
    }

    private Outcome together(
            BiFunction<LlamaWeights, EngineLimits, Decoder> decoder, EngineLimits limits) {
        try (var engine = engine(decoder, limits)) {
            return compare(expected, all(engine), prompts.size());
        }
    }

    private Outcome preempted(BiFunction<LlamaWeights, EngineLimits, Decoder> decoder) {
        try (var engine = engine(decoder, new EngineLimits(BATCH, 64, 4, 70, CONTEXT))) {
            List<Answer> answers = all(engine);
            return compare(expected, answers, engine.engine().load().preemptions());
        }
    }

    private Outcome prefixes(BiFunction<LlamaWeights, EngineLimits, Decoder> decoder) {
        try (var engine = engine(decoder, MANY)) {
            engine.engine().change(EngineKnobs.of(MANY).withPrefixCaching(true));
            List<Answer> answers = new ArrayList<>();
            for (int[] prompt : prompts) {
                engine.submit(prompt, BenchEngine.greedy(1));
                engine.run();
                answers.add(engine.submit(prompt, BenchEngine.greedy(tokens)));
                engine.run();
            }
            return compare(expected, answers, found(answers));
        }
    }

    private Outcome guessed(BiFunction<LlamaWeights, EngineLimits, Decoder> decoder) {
        try (var engine = engine(decoder, MANY)) {
            engine.engine().change(engine.engine().knobs().withSpeculativeTokens(GUESSES));
            List<Answer> answers = all(engine);
            return compare(
                    expected, answers, engine.engine().load().speculation().acceptedTokens());
        }
    }

    private Outcome choices(BiFunction<LlamaWeights, EngineLimits, Decoder> decoder) {
        try (var engine = engine(decoder, MANY)) {
            engine.engine().change(EngineKnobs.of(MANY).withPrefixCaching(true));
            List<Answer> answers = new ArrayList<>();
            for (int[] prompt : prompts) {
                List<Engine.Choice> three = new ArrayList<>();
                List<Answer> sinks = List.of(new Answer(), new Answer(), new Answer());
                sinks.forEach(s -> three.add(new Engine.Choice(BenchEngine.greedy(tokens), s)));
                engine.engine().submit(new EngineRequest(prompt), three);
                engine.run();
                answers.add(sinks.getLast());
            }
            return compare(expected, answers, found(answers));
        }
    }

    /** Another engine takes over, each answer at another token. */
    private Outcome failedOver(BiFunction<LlamaWeights, EngineLimits, Decoder> decoder) {
        try (var engine = engine(decoder, MANY)) {
            List<Answer> answers = new ArrayList<>();
            long carried = 0;
            for (int i = 0; i < prompts.size(); i++) {
                int[] begun =
                        expected.get(i).tokens.stream()
                                .limit(1 + i % (tokens - 1))
                                .mapToInt(Integer::intValue)
                                .toArray();
                carried += begun.length;
                answers.add(engine.goOn(prompts.get(i), begun, BenchEngine.greedy(tokens)));
            }
            engine.run();
            return compare(expected, answers, carried);
        }
    }

    private Outcome adapters(BiFunction<LlamaWeights, EngineLimits, Decoder> decoder, int guesses) {
        try (var engine = engine(decoder, ADAPTED)) {
            engine.engine().change(engine.engine().knobs().withSpeculativeTokens(guesses));
            List<Answer> answers = new ArrayList<>();
            for (int i = 0; i < prompts.size(); i++) {
                answers.add(engine.submit(prompts.get(i), BenchEngine.greedy(tokens), adapter(i)));
            }
            engine.run();
            long own = 0; // answers that differ from the base's: the adapters did something
            for (int i = 0; i < answers.size(); i++) {
                own += answers.get(i).tokens.equals(expected.get(i).tokens) ? 0 : 1;
            }
            return compare(adapted, answers, own);
        }
    }

    private List<Answer> all(BenchEngine engine) {
        List<Answer> answers = new ArrayList<>();
        for (int[] prompt : prompts) {
            answers.add(engine.submit(prompt, BenchEngine.greedy(tokens)));
        }
        engine.run();
        return answers;
    }

    private @Nullable Adapter adapter(int request) {
        return adapters.get(request % ADAPTERS);
    }

    private static long found(List<Answer> answers) {
        return answers.stream().mapToLong(answer -> answer.cached).sum();
    }

    private static Outcome compare(List<Answer> expected, List<Answer> answers, long seen) {
        int different = 0;
        int ties = 0;
        for (int i = 0; i < answers.size(); i++) {
            List<Integer> right = expected.get(i).tokens;
            List<Integer> got = answers.get(i).tokens;
            int at = 0;
            while (at < right.size() && at < got.size() && right.get(at).equals(got.get(at))) {
                at++;
            }
            if (at < Math.max(right.size(), got.size())) {
                boolean tie = at < right.size() && expected.get(i).gaps.get(at) <= TIE;
                ties += tie ? 1 : 0;
                different += tie ? 0 : 1;
            }
        }
        return new Outcome(answers.size(), different, ties, seen);
    }

    private BenchEngine engine(
            BiFunction<LlamaWeights, EngineLimits, Decoder> decoder, EngineLimits limits) {
        return new BenchEngine(
                decoder.apply(weights, limits),
                limits,
                EngineKnobs.of(limits).withPrefixCaching(false));
    }
}
