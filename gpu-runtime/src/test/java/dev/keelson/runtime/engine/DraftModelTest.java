package dev.keelson.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.runtime.reference.ReferenceDecoder;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.weights.LlamaWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DraftModelTest {
    private static final int SEEDS = 60;
    private static final int CONTEXT = 48;
    private static final LlamaWeights MODEL =
            TinyModels.weights(TinyModels.config("grouped heads, tied"), 7);

    /** With few blocks, so that sequences lose theirs and the draft model finds none. */
    @Test
    void theAnswersAreThoseWithoutADraftModel() {
        long right = 0;
        long wrong = 0;
        long preemptions = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            int batch = 1 + random.nextInt(5);
            var limits =
                    new EngineLimits(
                            batch, batch + random.nextInt(24), 4, 12 + random.nextInt(20), CONTEXT);
            int guesses = 1 + random.nextInt(6);
            Engine plain = engine(new ReferenceDecoder(MODEL, limits), limits, 0);
            Engine drafted = engine(drafted(limits), limits, guesses);
            List<Answer> expected = new ArrayList<>();
            List<Answer> given = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int[] prompt =
                        random.ints(1 + random.nextInt(20), 1, TinyModels.VOCABULARY).toArray();
                var parameters =
                        new SamplingParameters(
                                1 + random.nextInt(24),
                                random.nextBoolean() ? 0 : 0.7,
                                1,
                                0,
                                random.nextLong(),
                                List.of(),
                                true);
                expected.add(new Answer());
                given.add(new Answer());
                plain.submit(prompt, parameters, expected.getLast());
                long id = drafted.submit(prompt, parameters, given.getLast());
                if (random.nextInt(6) == 0) {
                    drafted.step();
                    drafted.cancel(id);
                }
            }
            run(plain);
            run(drafted);
            for (int i = 0; i < given.size(); i++) {
                List<Integer> tokens = given.get(i).tokens;
                assertThat(tokens)
                        .as("seed %d, request %d", seed, i)
                        .isEqualTo(
                                given.get(i).cancelled
                                        ? expected.get(i).tokens.subList(0, tokens.size())
                                        : expected.get(i).tokens);
            }
            EngineLoad load = drafted.load();
            assertThat(load.draftBlocks()).as("seed %d: blocks", seed).isZero();
            assertThat(load.freeBlocks()).as("seed %d", seed).isEqualTo(limits.blocks());
            right += load.speculation().acceptedTokens();
            wrong += load.speculation().draftTokens() - load.speculation().acceptedTokens();
            preemptions += load.preemptions();
        }
        assertThat(right).as("guesses that were right").isPositive();
        assertThat(wrong).as("guesses that were wrong").isPositive();
        assertThat(preemptions).as("preemptions").isPositive();
    }

    @Test
    void aModelThatGuessesForItselfIsAlwaysRight() {
        var limits = new EngineLimits(2, 16, 4, 32, 100);
        var decoder = new DraftedDecoder(new CountingDecoder(99), new CountingDecoder(99));
        Engine engine = engine(decoder, limits, 3);
        var answer = new Answer();
        engine.submit(new int[] {4, 5}, greedy(17), answer);
        run(engine);
        assertThat(answer.tokens).startsWith(6, 7, 8).hasSize(17);
        // One step for the prompt, then four tokens a step.
        assertThat(engine.load().steps()).isEqualTo(5);
        assertThat(engine.load().speculation()).isEqualTo(new Speculation(4, 12, 12));
    }

    @Test
    void aPromptIsReadInPartsByTheDraftModelToo() {
        var limits = new EngineLimits(1, 8, 4, 32, 100);
        var sizes = new ArrayList<Integer>();
        var draft =
                new CountingDecoder(99) {
                    @Override
                    public float[][] step(StepPlan plan) {
                        sizes.add(plan.tokens());
                        return super.step(plan);
                    }
                };
        Engine engine = engine(new DraftedDecoder(new CountingDecoder(99), draft), limits, 2);
        var answer = new Answer();
        engine.submit(new int[20], greedy(9), answer);
        run(engine);
        assertThat(answer.tokens).hasSize(9);
        assertThat(sizes).startsWith(8, 8, 7, 1);
        assertThat(engine.load().speculation().acceptedTokens()).isPositive();
    }

    @Test
    void itSleepsAndWakesWithTheModel() {
        var limits = new EngineLimits(1, 8, 4, 32, 100);
        Engine engine =
                engine(
                        new DraftedDecoder(new CountingDecoder(99), new CountingDecoder(99)),
                        limits,
                        2);
        var slept = engine.sleep();
        engine.step();
        assertThat(slept).isCompletedWithValue(true);
        var awake =
                engine.wake(
                        () -> new DraftedDecoder(new CountingDecoder(99), new CountingDecoder(99)));
        engine.step();
        assertThat(awake).isCompleted();
        engine.submit(new int[] {1}, greedy(9), new Answer());
        run(engine);
        assertThat(engine.load().speculation().acceptedTokens()).isEqualTo(5);
    }

    private static Decoder drafted(EngineLimits limits) {
        return new DraftedDecoder(
                new ReferenceDecoder(MODEL, limits),
                new ReferenceDecoder(MODEL.firstLayers(1), limits));
    }

    private static SamplingParameters greedy(int tokens) {
        return new SamplingParameters(tokens, 0, 1, 0, 0, List.of(), true);
    }

    private static Engine engine(Decoder decoder, EngineLimits limits, int guesses) {
        return new Engine(
                decoder,
                limits,
                EngineKnobs.of(limits).withSpeculativeTokens(guesses),
                token -> new byte[0],
                Set.of(0),
                () -> 0,
                wait -> {},
                new Quiet());
    }

    private static void run(Engine engine) {
        while (engine.step()) {
            assertThat(engine.load().draftBlocks())
                    .isLessThanOrEqualTo(engine.load().totalBlocks());
        }
    }

    private static final class Quiet implements EngineListener {
        @Override
        public void promptTokens(int count) {}

        @Override
        public void firstToken(long nanos) {}

        @Override
        public void nextToken(long nanos) {}

        @Override
        public void finished(FinishReason reason, long nanos) {}
    }

    private static final class Answer implements TokenSink {
        final List<Integer> tokens = new ArrayList<>();
        boolean cancelled;

        @Override
        public void started(int cachedTokens) {}

        @Override
        public void token(Token token) {
            tokens.add(token.id());
        }

        @Override
        public void ended(FinishReason reason) {
            cancelled = true;
        }
    }
}
