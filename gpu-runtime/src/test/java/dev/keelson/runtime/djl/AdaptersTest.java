package dev.keelson.runtime.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.engine.StepPlan.Load;
import dev.keelson.runtime.engine.StepPlan.Slice;
import dev.keelson.runtime.reference.ReferenceDecoder;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.vector.VectorDecoder;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.LoraAdapter;
import dev.keelson.runtime.weights.Projection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All decoders with adapters, against the textbook on weights that the adapter was added to. */
class AdaptersTest {
    private static final EngineLimits LIMITS =
            new EngineLimits(8, 64, 4, 64, 128).withAdapters(3, 5);
    private static final Projection[] ATTENTION = {
        Projection.QUERY, Projection.KEY, Projection.VALUE, Projection.OUTPUT
    };

    /**
     * Of the textbook's sums, which have another order: on a processor with vectors of eight
     * numbers one logit was 1.02e-4 off. A wrong adapter shows in the second digit.
     */
    private static final float ROUNDING = 2e-4f;

    static Stream<Arguments> family() {
        return TinyModels.family().entrySet().stream()
                .map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("family")
    void everyRowOfABatchHasItsOwnAdapterOrNone(String name, LlamaConfig config) {
        LlamaWeights base = TinyModels.weights(config, 7);
        LoraAdapter attention = TinyModels.adapter(config, 5, 1, ATTENTION);
        LoraAdapter all = TinyModels.adapter(config, 2, 2, Projection.values());
        LoraAdapter down = TinyModels.adapter(config, 3, 3, Projection.DOWN, Projection.VALUE);
        List<LlamaWeights> merged = new ArrayList<>(List.of(base));
        for (LoraAdapter adapter : List.of(attention, all, down)) {
            merged.add(TinyModels.merged(base, adapter));
        }
        // Six sequences: the base twice, one adapter twice, two more alone.
        int[] slotOf = {-1, 0, 2, 0, -1, 1};
        try (var torch = TestDevice.decoder(base, LIMITS);
                var reference = new ReferenceDecoder(base, LIMITS);
                var vector = new VectorDecoder(base, LIMITS, 2)) {
            for (Decoder decoder : List.of(torch, reference, vector)) {
                var rows = new Rows(decoder, slotOf);
                // The second load of slot 0 replaces the first; the third brings projections that
                // none before it had.
                rows.loads = List.of(new Load(0, down), new Load(0, attention), new Load(2, down));
                rows.read(9, 0, 1, 2, 3);
                rows.loads = List.of(new Load(1, all));
                rows.read(14, 4, 5);
                for (int step = 0; step < 6; step++) {
                    float[][] logits = rows.read(1, 0, 1, 2, 3, 4, 5);
                    for (int i = 0; i < slotOf.length; i++) {
                        int weights = slotOf[i] < 0 ? 0 : slotOf[i] == 2 ? 3 : slotOf[i] + 1;
                        assertThat(logits[i])
                                .as("row %d of %s", i, decoder.getClass().getSimpleName())
                                .containsExactly(
                                        PlainLlama.logits(merged.get(weights), rows.text(i)),
                                        within(ROUNDING));
                    }
                }
            }
        }
    }

    /** Sequences that are read together, a chunk or a token at a time. */
    private static final class Rows {
        final Decoder decoder;
        final int[] slotOf;
        final int[][] tokens;
        final int[] read;
        List<Load> loads = List.of();

        Rows(Decoder decoder, int... slotOf) {
            this.decoder = decoder;
            this.slotOf = slotOf;
            read = new int[slotOf.length];
            tokens = new int[slotOf.length][];
            for (int i = 0; i < slotOf.length; i++) {
                tokens[i] = new Random(i).ints(32, 0, TinyModels.VOCABULARY).toArray();
            }
        }

        float[][] read(int count, int... rows) {
            List<Slice> slices = new ArrayList<>();
            for (int i : rows) {
                int[] blocks = new int[10];
                Arrays.setAll(blocks, b -> 10 * i + b);
                int[] next = Arrays.copyOfRange(tokens[i], read[i], read[i] + count);
                slices.add(new Slice(i, next, read[i], blocks, true, 0, slotOf[i]));
                read[i] += count;
            }
            float[][] logits = decoder.step(new StepPlan(slices, List.of(), loads));
            loads = List.of();
            return logits;
        }

        int[] text(int i) {
            return Arrays.copyOf(tokens[i], read[i]);
        }
    }
}
