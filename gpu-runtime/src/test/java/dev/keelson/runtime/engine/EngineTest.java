package dev.keelson.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EngineTest {
    private static final EngineLimits LIMITS = new EngineLimits(2, 16, 4, 32, 100);
    private static final int VOCABULARY = 30;

    private long now;
    private final List<String> told = new ArrayList<>();

    @Test
    void tokensComeInOrderAndTheLastOneSaysWhy() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 0);
        var answer = new Recorder();
        engine.submit(new int[] {4, 5}, parameters(3, List.of(), false), answer);
        run(engine);
        assertThat(answer.tokens).containsExactly(6, 7, 8);
        assertThat(answer.reason).isEqualTo(FinishReason.LENGTH);
        assertThat(engine.load().freeBlocks()).isEqualTo(32);
        assertThat(told).containsExactly("prompt 2", "first", "next", "next", "LENGTH");
    }

    @Test
    void theEndTokenStopsUnlessItIsIgnored() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 0);
        var stops = new Recorder();
        var goesOn = new Recorder();
        engine.submit(new int[] {7}, parameters(6, List.of(), false), stops);
        engine.submit(new int[] {7}, parameters(6, List.of(), true), goesOn);
        run(engine);
        assertThat(stops.tokens).endsWith(9);
        assertThat(stops.reason).isEqualTo(FinishReason.STOP);
        assertThat(goesOn.tokens).hasSize(6).doesNotContain(9);
        assertThat(goesOn.reason).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void aStopTextThatSpansTokensEndsTheAnswer() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 0);
        var answer = new Recorder();
        engine.submit(new int[] {10}, parameters(20, List.of("MN"), false), answer);
        run(engine);
        assertThat(answer.tokens).containsExactly(11, 12, 13);
        assertThat(answer.reason).isEqualTo(FinishReason.STOP);
    }

    @Test
    void aCancelledRequestFreesItsBlocksBeforeTheNextStep() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 0);
        var answer = new Recorder();
        long id = engine.submit(new int[] {1, 2, 3, 4, 5}, parameters(50, List.of(), true), answer);
        engine.step();
        assertThat(engine.load().freeBlocks()).isEqualTo(30);
        engine.cancel(id);
        assertThat(engine.step()).isFalse();
        assertThat(engine.load().freeBlocks()).isEqualTo(32);
        assertThat(answer.reason).isEqualTo(FinishReason.ABORT);
        assertThat(told).endsWith("ABORT");
    }

    @Test
    void aStepThatThrowsEndsItsRequestsAndTheEngineGoesOn() {
        var decoder =
                new Decoder() {
                    private final CountingDecoder counting = new CountingDecoder(VOCABULARY);
                    private boolean broken = true;

                    @Override
                    public float[][] step(StepPlan plan) {
                        if (broken) {
                            broken = false;
                            throw new IllegalStateException("out of memory");
                        }
                        return counting.step(plan);
                    }

                    @Override
                    public void close() {}
                };
        Engine engine = engine(decoder, 0);
        var first = new Recorder();
        engine.submit(new int[] {1}, parameters(2, List.of(), true), first);
        engine.step();
        assertThat(first.reason).isEqualTo(FinishReason.ERROR);
        assertThat(engine.failure()).isEqualTo("out of memory");
        var second = new Recorder();
        engine.submit(new int[] {1}, parameters(2, List.of(), true), second);
        run(engine);
        assertThat(second.reason).isEqualTo(FinishReason.LENGTH);
        assertThat(engine.failure()).isNull();
        assertThat(engine.load().freeBlocks()).isEqualTo(32);
    }

    @Test
    void aPacedStepTakesItsMinimumTimeAndAnUnpacedOneDoesNotWait() {
        Engine paced = engine(new CountingDecoder(VOCABULARY), 20_000_000);
        paced.submit(new int[] {1}, parameters(5, List.of(), true), new Recorder());
        run(paced);
        assertThat(now).isEqualTo(100_000_000);
        Engine fast = engine(new CountingDecoder(VOCABULARY), 0);
        fast.submit(new int[] {1}, parameters(5, List.of(), true), new Recorder());
        run(fast);
        assertThat(now).isEqualTo(100_000_000);
    }

    @Test
    void greedyTokensAreTheSameWithPreemptionAndWithout() {
        var tight = new EngineLimits(4, 16, 4, 16, 60);
        Engine engine =
                new Engine(
                        new CountingDecoder(VOCABULARY),
                        tight,
                        EngineKnobs.of(tight),
                        EngineTest::text,
                        Set.of(9),
                        () -> now,
                        n -> now += n,
                        listener());
        List<Recorder> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            var answer = new Recorder();
            answers.add(answer);
            engine.submit(
                    new int[] {10 + i, 11 + i, 12 + i}, parameters(40, List.of(), true), answer);
        }
        run(engine);
        assertThat(engine.load().preemptions()).isPositive();
        for (int i = 0; i < 4; i++) {
            Engine alone = engine(new CountingDecoder(VOCABULARY), 0);
            var expected = new Recorder();
            alone.submit(
                    new int[] {10 + i, 11 + i, 12 + i}, parameters(40, List.of(), true), expected);
            run(alone);
            assertThat(answers.get(i).tokens).isEqualTo(expected.tokens);
        }
    }

    @Test
    void aPromptThatLiesInTheCacheIsNotReadAgain() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 0);
        int[] prompt = {1, 2, 3, 4, 5, 6, 7, 8, 1, 2};
        for (int round = 0; round < 2; round++) {
            var answer = new Recorder();
            engine.submit(prompt, parameters(2, List.of(), true), answer);
            run(engine);
            assertThat(answer.tokens).containsExactly(3, 4);
            assertThat(answer.cached).isEqualTo(8 * round);
        }
        assertThat(told).contains("prompt 10", "prompt 2");
        assertThat(engine.load().queriedTokens()).isEqualTo(20);
        assertThat(engine.load().foundTokens()).isEqualTo(8);
        assertThat(engine.load().freeBlocks()).isEqualTo(32);
        var stranger = new Recorder();
        engine.submit(
                new EngineRequest(prompt, new int[0], 0, "tenant", EngineRequest.NO_DEADLINE, null),
                List.of(new Engine.Choice(parameters(2, List.of(), true), stranger)));
        run(engine);
        assertThat(stranger.cached).as("another tenant's prefix is not found").isZero();
    }

    @Test
    void choicesShareTheirPromptAndOnlyTheFirstOneReadsIt() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 0);
        List<Recorder> answers = new ArrayList<>();
        List<Engine.Choice> choices = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            answers.add(new Recorder());
            choices.add(new Engine.Choice(parameters(3, List.of(), true), answers.get(i)));
        }
        engine.submit(new EngineRequest(new int[] {1, 2, 3, 4, 5, 6}), choices);
        engine.step();
        // Two run and share two blocks; no third is allowed beside them.
        assertThat(engine.load().running()).isEqualTo(2);
        assertThat(engine.load().freeBlocks()).isEqualTo(30);
        engine.step();
        assertThat(engine.load().freeBlocks()).as("one copied the block they write").isEqualTo(29);
        run(engine);
        assertThat(answers).allSatisfy(a -> assertThat(a.tokens).containsExactly(7, 8, 0));
        assertThat(told.stream().filter(t -> t.startsWith("prompt")))
                .containsExactly("prompt 6", "prompt 2");
        assertThat(engine.load().freeBlocks()).isEqualTo(32);
    }

    @Test
    void aRequestThatWaitsPastItsDeadlineEndsWithoutRunning() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 10);
        for (int i = 0; i < 2; i++) {
            engine.submit(new int[] {1}, parameters(30, List.of(), true), new Recorder());
        }
        var late = new Recorder();
        engine.submit(
                new EngineRequest(new int[] {1}, new int[0], 0, "", 100, null),
                List.of(new Engine.Choice(parameters(30, List.of(), true), late)));
        run(engine);
        assertThat(late.reason).isEqualTo(FinishReason.EXPIRED);
        assertThat(late.tokens).isEmpty();
        assertThat(now).isEqualTo(300);
    }

    @Test
    void logprobsAreThoseOfTheModelBestFirst() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 0);
        var answer = new Recorder();
        engine.submit(
                new int[] {3},
                new SamplingParameters(1, 0.5, 1, 0, 0, Penalties.NONE, 1, List.of(), true, 2),
                answer);
        run(engine);
        // One logit of 9 among 29 of 0.
        double sum = Math.log(Math.exp(9) + VOCABULARY - 1);
        Logprobs logprobs = answer.logprobs.getFirst();
        assertThat(logprobs.top()[0]).isEqualTo(4);
        assertThat(logprobs.values()[0]).isCloseTo((float) (9 - sum), within(1e-5f));
        assertThat(logprobs.values()[1]).isCloseTo((float) -sum, within(1e-5f));
        assertThat(logprobs.chosen())
                .isEqualTo(
                        answer.tokens.getFirst() == 4
                                ? logprobs.values()[0]
                                : logprobs.values()[1]);
    }

    @Test
    void anEngineThatStandsStillWithWorkSaysForHowLong() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 0);
        now = 1_000;
        assertThat(engine.stalledNanos()).isZero();
        engine.submit(new int[] {1}, parameters(2, List.of(), true), new Recorder());
        now = 5_000;
        assertThat(engine.stalledNanos()).isEqualTo(4_000);
        engine.step();
        assertThat(engine.stalledNanos()).isZero();
    }

    @Test
    void asleepItHasNoModelAndNoPrefixesAndAwakeItServesAgain() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 0);
        engine.submit(new int[] {1, 2, 3, 4, 5}, parameters(2, List.of(), true), new Recorder());
        var busy = engine.sleep();
        engine.step();
        assertThat(busy).isCompletedWithValue(false);
        run(engine);
        var slept = engine.sleep();
        engine.step();
        assertThat(slept).isCompletedWithValue(true);
        assertThat(engine.load().asleep()).isTrue();
        var refused = new Recorder();
        engine.submit(new int[] {1}, parameters(2, List.of(), true), refused);
        run(engine);
        assertThat(refused.reason).isEqualTo(FinishReason.ERROR);
        var awake = engine.wake(() -> new CountingDecoder(VOCABULARY));
        var answer = new Recorder();
        engine.submit(new int[] {1, 2, 3, 4, 5}, parameters(2, List.of(), true), answer);
        run(engine);
        assertThat(awake).isCompleted();
        assertThat(answer.tokens).containsExactly(6, 7);
        assertThat(answer.cached).isZero();
    }

    @Test
    void whoWaitedForSleepOrWakeFindsItInTheLoad() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 0);
        var seenAsleep = engine.sleep().thenApply(slept -> engine.load().asleep());
        engine.step();
        assertThat(seenAsleep).isCompletedWithValue(true);
        var seenAwake =
                engine.wake(() -> new CountingDecoder(VOCABULARY))
                        .thenApply(awake -> engine.load().asleep());
        engine.step();
        assertThat(seenAwake).isCompletedWithValue(false);
    }

    @Test
    void whatDoesNotFitTheContextIsRefused() {
        Engine engine = engine(new CountingDecoder(VOCABULARY), 0);
        assertThatThrownBy(() ->
                        engine.submit(new int[90], parameters(11, List.of(), true), new Recorder()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** A chain whose next token depends on the last alone, so that texts repeat and guesses hit. */
    @Test
    void guessesChangeNoAnswerGreedyOrSampledAndTheirBlocksComeBack() {
        long accepted = 0;
        long wrong = 0;
        for (long seed = 0; seed < 300; seed++) {
            List<List<Integer>> plain = new ArrayList<>();
            List<List<Integer>> guessed = new ArrayList<>();
            answers(seed, 0, plain);
            Speculation counts = answers(seed, 1 + (int) (seed % 6), guessed);
            assertThat(guessed).as("seed %d", seed).isEqualTo(plain);
            accepted += counts.acceptedTokens();
            wrong += counts.draftTokens() - counts.acceptedTokens();
        }
        assertThat(accepted).isGreaterThan(1_000);
        assertThat(wrong).isGreaterThan(1_000);
    }

    private Speculation answers(long seed, int guesses, List<List<Integer>> answers) {
        var limits = new EngineLimits(3, 12, 4, 14, 50);
        var engine =
                new Engine(
                        new ChainDecoder(seed),
                        limits,
                        EngineKnobs.of(limits).withSpeculativeTokens(guesses),
                        EngineTest::text,
                        Set.of(9),
                        () -> now,
                        n -> now += n,
                        listener());
        List<Recorder> recorders = new ArrayList<>();
        var random = new Random(seed);
        for (int i = 0; i < 4; i++) {
            var recorder = new Recorder();
            recorders.add(recorder);
            var penalties = i == 3 ? new Penalties(0.5, 0.1, 1.1) : Penalties.NONE;
            var parameters =
                    new SamplingParameters(
                            30, i % 2 * 0.5, 0.95, 0, 0, penalties, seed + i, List.of(), i < 3, -1);
            engine.submit(
                    random.ints(1 + random.nextInt(15), 1, 9).toArray(), parameters, recorder);
        }
        run(engine);
        recorders.forEach(recorder -> answers.add(recorder.tokens));
        assertThat(engine.load().freeBlocks()).isEqualTo(14);
        return engine.load().speculation();
    }

    private Engine engine(Decoder decoder, long minimumStepNanos) {
        return new Engine(
                decoder,
                LIMITS,
                EngineKnobs.of(LIMITS).withMinimumStepNanos(minimumStepNanos),
                EngineTest::text,
                Set.of(9),
                () -> now,
                n -> now += n,
                listener());
    }

    private static void run(Engine engine) {
        while (engine.step()) {
            assertThat(engine.load().steps()).isLessThan(10_000);
        }
    }

    private static byte[] text(int token) {
        return String.valueOf((char) ('A' + token)).getBytes(StandardCharsets.US_ASCII);
    }

    private static SamplingParameters parameters(
            int maxTokens, List<String> stop, boolean ignoreEnd) {
        return new SamplingParameters(maxTokens, 0, 1, 0, 0, stop, ignoreEnd);
    }

    private EngineListener listener() {
        return new EngineListener() {
            @Override
            public void promptTokens(int count) {
                told.add("prompt " + count);
            }

            @Override
            public void firstToken(long nanos) {
                told.add("first");
            }

            @Override
            public void nextToken(long nanos) {
                told.add("next");
            }

            @Override
            public void finished(FinishReason reason, long nanos) {
                told.add(reason.name());
            }
        };
    }

    private record ChainDecoder(long seed) implements Decoder {
        @Override
        public float[][] step(StepPlan plan) {
            List<float[]> rows = new ArrayList<>();
            for (StepPlan.Slice slice : plan.slices()) {
                for (int i = slice.sampled(); i > 0; i--) {
                    var random = new Random(31 * seed + slice.tokens()[slice.tokens().length - i]);
                    float[] logits = new float[12];
                    for (int token = 0; token < logits.length; token++) {
                        logits[token] = 6 * random.nextFloat();
                    }
                    rows.add(logits);
                }
            }
            return rows.toArray(float[][]::new);
        }

        @Override
        public void close() {}
    }

    private static final class Recorder implements TokenSink {
        private final List<Integer> tokens = new ArrayList<>();
        private final List<Logprobs> logprobs = new ArrayList<>();
        private @Nullable FinishReason reason;
        private int cached = -1;

        @Override
        public void started(int cachedTokens) {
            cached = cachedTokens;
        }

        @Override
        public void token(Token token) {
            tokens.add(token.id());
            reason = token.last();
            if (token.logprobs() != null) {
                logprobs.add(token.logprobs());
            }
        }

        @Override
        public void ended(FinishReason why) {
            reason = why;
        }
    }
}
