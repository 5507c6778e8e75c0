package dev.keelson.runtime.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.engine.StepPlan.Slice;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Rope;
import dev.keelson.runtime.weights.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LlamaDecoderTest {
    private static final LlamaConfig CONFIG =
            new LlamaConfig(
                    50, 32, 48, 2, 4, 2, 8, 128, Rope.plain(10_000), 1e-5, true, false, false);
    private static final EngineLimits LIMITS = new EngineLimits(8, 64, 4, 64, 128);
    private static final LlamaWeights WEIGHTS = weights();

    @Test
    void pagedAttentionInChunksAndStepsEqualsTheWholeRecomputedInPlainJava() {
        int[] tokens = tokens(1, 23);
        // Blocks out of order, as a used cache has them.
        int[] blocks = {9, 3, 30, 1, 17, 5};
        try (var decoder = TestDevice.decoder(WEIGHTS, LIMITS)) {
            decoder.step(plan(slice(1, tokens, 0, 10, blocks)));
            decoder.step(plan(slice(1, tokens, 10, 17, blocks)));
            for (int end = 18; end <= tokens.length; end++) {
                float[] paged = decoder.step(plan(slice(1, tokens, end - 1, end, blocks)))[0];
                assertThat(paged)
                        .containsExactly(
                                PlainLlama.logits(WEIGHTS, java.util.Arrays.copyOf(tokens, end)),
                                within(1e-4f));
            }
        }
    }

    @Test
    void aSequenceGetsTheSameLogitsAloneAndInABatch() {
        int[] a = tokens(2, 15);
        int[] b = tokens(3, 31);
        int[] c = tokens(4, 9);
        int[] blocksA = {0, 1, 2, 3};
        int[] blocksB = {4, 5, 6, 7, 8, 9, 10, 11};
        int[] blocksC = {12, 13, 14};
        try (var alone = TestDevice.decoder(WEIGHTS, LIMITS);
                var batched = TestDevice.decoder(WEIGHTS, LIMITS)) {
            alone.step(plan(slice(1, a, 0, 14, blocksA)));
            float[] expected = alone.step(plan(slice(1, a, 14, 15, blocksA)))[0];
            batched.step(plan(slice(1, a, 0, 14, blocksA), slice(2, b, 0, 30, blocksB)));
            float[][] rows =
                    batched.step(
                            plan(
                                    slice(1, a, 14, 15, blocksA),
                                    slice(2, b, 30, 31, blocksB),
                                    slice(3, c, 0, 9, blocksC)));
            assertThat(rows).hasNumberOfRows(3);
            assertThat(rows[0]).containsExactly(expected, within(1e-4f));
            assertThat(rows[2]).containsExactly(PlainLlama.logits(WEIGHTS, c), within(1e-4f));
        }
    }

    @Test
    void aCopiedBlockServesAnotherSequenceThatThenGoesItsOwnWay() {
        int[] tokens = tokens(7, 11);
        int[] other = tokens.clone();
        other[10] = (tokens[10] + 1) % 50;
        int[] blocks = {9, 3, 30};
        int[] copied = {9, 3, 12};
        try (var decoder = TestDevice.decoder(WEIGHTS, LIMITS)) {
            decoder.step(plan(slice(1, tokens, 0, 10, blocks)));
            var both = List.of(slice(1, tokens, 10, 11, blocks), slice(2, other, 10, 11, copied));
            // A chain: block 5 gets what 12 held before 12 gets what 30 holds.
            var copies = List.of(new StepPlan.Copy(30, 12), new StepPlan.Copy(12, 5));
            float[][] rows = decoder.step(new StepPlan(both, copies, List.of()));
            assertThat(rows[0]).containsExactly(PlainLlama.logits(WEIGHTS, tokens), within(1e-4f));
            assertThat(rows[1]).containsExactly(PlainLlama.logits(WEIGHTS, other), within(1e-4f));
        }
    }

    @Test
    void aStepThatOnlyReadsGivesNoLogits() {
        try (var decoder = TestDevice.decoder(WEIGHTS, LIMITS)) {
            int[] tokens = tokens(5, 12);
            var reading = new Slice(1, tokens, 0, new int[] {0, 1, 2}, false);
            assertThat(decoder.step(plan(reading))).isEmpty();
        }
    }

    @Test
    void nativeMemoryDoesNotGrowOverManySteps() throws IOException {
        try (var decoder = TestDevice.decoder(WEIGHTS, LIMITS)) {
            int[] tokens = tokens(6, 60);
            int[] blocks = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
            Runnable round =
                    () -> {
                        for (int i = 0; i < 400; i++) {
                            decoder.step(plan(slice(1, tokens, 0, 50, blocks)));
                            decoder.step(plan(slice(1, tokens, 50, 51, blocks)));
                        }
                    };
            round.run();
            System.gc();
            long before = anonymousKib();
            for (int i = 0; i < 4; i++) {
                round.run();
            }
            System.gc();
            long after = anonymousKib();
            // 3,200 steps; one forgotten array of a step's logits alone would be 0.6 MiB, one of
            // its activations 20 MiB and more.
            assertThat(after - before)
                    .as("KiB before %d, after %d", before, after)
                    .isLessThan(16 * 1024);
        }
    }

    @Test
    void weightsWithoutFiniteLogitsAreRefused() {
        float[] broken = new float[32];
        java.util.Arrays.fill(broken, Float.NaN);
        var norm = new Tensor(new long[] {32}, broken);
        var weights =
                new LlamaWeights(
                        CONFIG, WEIGHTS.embedding(), WEIGHTS.layers(), norm, WEIGHTS.output());
        assertThatThrownBy(() -> TestDevice.decoder(weights, LIMITS))
                .isInstanceOf(ArithmeticException.class);
    }

    private static long anonymousKib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no RssAnon");
    }

    private static StepPlan plan(Slice... slices) {
        return new StepPlan(List.of(slices));
    }

    private static Slice slice(long id, int[] tokens, int from, int to, int[] blocks) {
        return new Slice(id, java.util.Arrays.copyOfRange(tokens, from, to), from, blocks, true);
    }

    private static int[] tokens(long seed, int count) {
        return new Random(seed).ints(count, 0, 50).toArray();
    }

    private static LlamaWeights weights() {
        try (var trainer = new LlamaTrainer(CONFIG, new Random(1), 16)) {
            for (int step = 0; step < 5; step++) {
                trainer.step(new int[][] {tokens(step, 17), tokens(step + 90, 17)}, 0.05);
            }
            return trainer.weights();
        }
    }
}
