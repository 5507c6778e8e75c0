package dev.keelson.runtime.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.engine.StepPlan.Load;
import dev.keelson.runtime.engine.StepPlan.Slice;
import dev.keelson.runtime.reference.ReferenceDecoder;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.Projection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VectorDecoderTest {
    private static final EngineLimits LIMITS = new EngineLimits(32, 64, 4, 64, 128);
    private static final int[] BLOCKS = {9, 3, 30, 1, 17, 5, 22, 8, 40, 41, 42, 43};

    static Stream<Arguments> family() {
        return TinyModels.family().entrySet().stream()
                .map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("family")
    void itGivesTheReferencesLogitsInChunksAndSteps(String name, LlamaConfig config) {
        var weights = TinyModels.weights(config, 7);
        int[] tokens = new Random(3).ints(40, 0, TinyModels.VOCABULARY).toArray();
        try (var vector = new VectorDecoder(weights, LIMITS, 2);
                var reference = new ReferenceDecoder(weights, LIMITS)) {
            int[] ends = {11, 14, 30, 31, 32, 40};
            int from = 0;
            for (int end : ends) {
                StepPlan step = plan(slice(tokens, from, end, BLOCKS));
                assertThat(vector.step(step)[0])
                        .containsExactly(reference.step(step)[0], within(1e-4f));
                from = end;
            }
        }
    }

    /** Every size of a batch uses other products: of one token, four, eight, and their sums. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("family")
    void aTokensNumbersDependNeitherOnTheBatchNorOnChunksNorOnThreads(
            String name, LlamaConfig config) {
        var weights = TinyModels.weights(config, 5);
        int[] tokens = new Random(9).ints(14, 0, TinyModels.VOCABULARY).toArray();
        int[] other = new Random(10).ints(14, 0, TinyModels.VOCABULARY).toArray();
        float[][] alone = new float[14][];
        try (var decoder = new VectorDecoder(weights, LIMITS, 1)) {
            for (int i = 0; i < tokens.length; i++) {
                alone[i] = decoder.step(plan(slice(tokens, i, i + 1, BLOCKS)))[0];
            }
        }
        try (var decoder = new VectorDecoder(weights, LIMITS, 3)) {
            for (int batch = 1; batch <= 12; batch++) {
                decoder.step(plan(slice(tokens, 0, 12, BLOCKS)));
                List<Slice> slices = new ArrayList<>();
                slices.add(slice(tokens, 12, 13, BLOCKS));
                for (int i = 1; i < batch; i++) {
                    slices.add(slice(other, 0, 1, 44 + i));
                }
                assertThat(decoder.step(new StepPlan(slices))[0])
                        .as("beside %d others", batch - 1)
                        .isEqualTo(alone[12]);
                assertThat(decoder.step(plan(slice(tokens, 13, 14, BLOCKS)))[0])
                        .isEqualTo(alone[13]);
            }
        }
    }

    /** Tiles of one adapter's rows have any size from one to eight, and there may be several. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("family")
    void withAnAdapterToo(String name, LlamaConfig config) {
        var weights = TinyModels.weights(config, 5);
        var loads =
                List.of(
                        new Load(0, TinyModels.adapter(config, 5, 1, Projection.values())),
                        new Load(1, TinyModels.adapter(config, 2, 2, Projection.GATE)));
        var limits = LIMITS.withAdapters(2, 8);
        int[] tokens = new Random(9).ints(14, 0, TinyModels.VOCABULARY).toArray();
        float[] alone;
        try (var decoder = new VectorDecoder(weights, limits, 1)) {
            decoder.step(new StepPlan(List.of(adapted(tokens, 0, 13, 0)), List.of(), loads));
            alone = decoder.step(plan(adapted(tokens, 13, 14, 0)))[0];
        }
        try (var decoder = new VectorDecoder(weights, limits, 3)) {
            decoder.step(new StepPlan(List.of(), List.of(), loads));
            for (int batch = 1; batch <= 20; batch++) {
                decoder.step(plan(adapted(tokens, 0, 10, 0)));
                decoder.step(plan(adapted(tokens, 10, 13, 0)));
                List<Slice> slices = new ArrayList<>();
                for (int i = 1; i < batch; i++) {
                    int[] block = {44 + i};
                    slices.add(new Slice(i, new int[] {i}, 0, block, true, 0, i % 3 - 1));
                }
                slices.add(adapted(tokens, 13, 14, 0));
                float[][] logits = decoder.step(new StepPlan(slices));
                assertThat(logits[batch - 1]).as("beside %d others", batch - 1).isEqualTo(alone);
            }
        }
    }

    private static Slice adapted(int[] tokens, int from, int to, int slot) {
        int[] part = Arrays.copyOfRange(tokens, from, to);
        return new Slice(0, part, from, BLOCKS, true, 0, slot);
    }

    @Test
    void aCopiedBlockIsReadAsTheOneThatItWasCopiedFrom() {
        var weights = TinyModels.weights(TinyModels.family().values().iterator().next(), 5);
        int[] tokens = new Random(9).ints(8, 0, TinyModels.VOCABULARY).toArray();
        try (var decoder = new VectorDecoder(weights, LIMITS, 2)) {
            decoder.step(plan(slice(tokens, 0, 7, 5, 6)));
            float[] before = decoder.step(plan(slice(tokens, 7, 8, 5, 6)))[0];
            var copies = List.of(new StepPlan.Copy(6, 5), new StepPlan.Copy(5, 6));
            float[] after =
                    decoder.step(
                                    new StepPlan(
                                            List.of(slice(tokens, 7, 8, 6, 5)), copies, List.of()))[
                            0];
            assertThat(after).isEqualTo(before);
        }
    }

    @Test
    void eToThePowerIsRightToThreeUnitsInTheLastPlace() {
        float[] x = new float[Lanes.padded(4096)];
        var random = new Random(1);
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat(-87, 88);
        }
        for (int i = 0; i < x.length; i += Lanes.COUNT) {
            float[] e = Lanes.exp(FloatVector.fromArray(Lanes.SPECIES, x, i)).toArray();
            for (int lane = 0; lane < e.length; lane++) {
                float exact = (float) Math.exp(x[i + lane]);
                assertThat(e[lane])
                        .as("e^%s", x[i + lane])
                        .isCloseTo(exact, within(3 * Math.ulp(exact)));
            }
        }
    }

    private static StepPlan plan(Slice... slices) {
        return new StepPlan(List.of(slices));
    }

    private static Slice slice(int[] tokens, int from, int to, int... blocks) {
        return new Slice(1, Arrays.copyOfRange(tokens, from, to), from, blocks, true);
    }
}
