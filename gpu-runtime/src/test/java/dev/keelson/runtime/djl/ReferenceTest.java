package dev.keelson.runtime.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.engine.StepPlan.Slice;
import dev.keelson.runtime.reference.ReferenceDecoder;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.weights.ConfigFile;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.SafetensorsFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The decoder on libtorch and the one in plain Java against each other and against the textbook.
 */
class ReferenceTest {
    private static final EngineLimits LIMITS = new EngineLimits(8, 64, 4, 64, 128);
    private static final int[] BLOCKS = {9, 3, 30, 1, 17, 5, 22, 8, 40, 41, 42, 43};
    private static final Path MINI =
            Path.of(System.getProperty("keelson.root", ".."), "models", "keelson-mini");

    static Stream<Arguments> family() {
        return TinyModels.family().entrySet().stream()
                .map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("family")
    void bothDecodersGiveTheTextbooksLogitsInChunksAndSteps(String name, LlamaConfig config) {
        LlamaWeights weights = TinyModels.weights(config, 7);
        int[] tokens = new Random(3).ints(40, 0, TinyModels.VOCABULARY).toArray();
        try (var torch = TestDevice.decoder(weights, LIMITS);
                var reference = new ReferenceDecoder(weights, LIMITS)) {
            for (Decoder decoder : List.of(torch, reference)) {
                decoder.step(plan(slice(1, tokens, 0, 11, BLOCKS)));
                decoder.step(plan(slice(1, tokens, 11, 30, BLOCKS)));
            }
            for (int end = 31; end <= tokens.length; end++) {
                float[] textbook = PlainLlama.logits(weights, Arrays.copyOf(tokens, end));
                StepPlan step = plan(slice(1, tokens, end - 1, end, BLOCKS));
                assertThat(reference.step(step)[0]).containsExactly(textbook, within(1e-4f));
                assertThat(torch.step(step)[0]).containsExactly(textbook, within(1e-4f));
            }
        }
    }

    @Test
    void onTheBundledModelGreedyTokensAreTheSameAloneAndBatchedOnBothDecoders() throws IOException {
        LlamaWeights weights = bundled();
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            prompts.add(new Random(i).ints(5 + 7 * i, 1, 1024).toArray());
        }
        EngineLimits limits = new EngineLimits(8, 512, 4, 240, 160);
        List<List<Integer>> alone = new ArrayList<>();
        for (int[] prompt : prompts) {
            try (var reference = new ReferenceDecoder(weights, limits)) {
                alone.addAll(greedy(reference, List.of(prompt), 64));
            }
        }
        try (var torch = TestDevice.decoder(weights, limits);
                var reference = new ReferenceDecoder(weights, limits)) {
            assertThat(greedy(reference, prompts, 64)).isEqualTo(alone);
            assertThat(greedy(torch, prompts, 64)).isEqualTo(alone);
        }
    }

    @Test
    void onTheBundledModelLogitsDifferByLessThanOneInTenThousand() throws IOException {
        LlamaWeights weights = bundled();
        int[] tokens = new Random(11).ints(48, 1, 1024).toArray();
        try (var torch = TestDevice.decoder(weights, LIMITS);
                var reference = new ReferenceDecoder(weights, LIMITS)) {
            for (int end = 1; end <= tokens.length; end++) {
                StepPlan step = plan(slice(1, tokens, end - 1, end, BLOCKS));
                assertThat(torch.step(step)[0])
                        .containsExactly(reference.step(step)[0], within(1e-4f));
            }
        }
    }

    private static LlamaWeights bundled() throws IOException {
        try (var tensors = SafetensorsFolder.open(MINI)) {
            return LlamaWeights.read(ConfigFile.read(MINI.resolve("config.json")), tensors);
        }
    }

    /** The likeliest token each time, for all prompts in the same steps. */
    private static List<List<Integer>> greedy(Decoder decoder, List<int[]> prompts, int count) {
        List<List<Integer>> answers = new ArrayList<>();
        List<int[]> texts = new ArrayList<>(prompts);
        prompts.forEach(prompt -> answers.add(new ArrayList<>()));
        for (int step = 0; step < count; step++) {
            List<Slice> slices = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                int[] text = texts.get(i);
                int from = step == 0 ? 0 : text.length - 1;
                int first = 40 * i;
                int[] blocks = new int[40];
                Arrays.setAll(blocks, b -> first + b);
                slices.add(slice(i, text, from, text.length, blocks));
            }
            float[][] logits = decoder.step(new StepPlan(slices));
            for (int i = 0; i < texts.size(); i++) {
                int token = likeliest(logits[i]);
                answers.get(i).add(token);
                int[] longer = Arrays.copyOf(texts.get(i), texts.get(i).length + 1);
                longer[longer.length - 1] = token;
                texts.set(i, longer);
            }
        }
        return answers;
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static StepPlan plan(Slice... slices) {
        return new StepPlan(List.of(slices));
    }

    private static Slice slice(long id, int[] tokens, int from, int to, int[] blocks) {
        return new Slice(id, Arrays.copyOfRange(tokens, from, to), from, blocks, true);
    }
}
