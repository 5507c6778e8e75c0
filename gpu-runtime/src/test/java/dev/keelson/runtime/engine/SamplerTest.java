package dev.keelson.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final float[] LOGITS = {0, 1, 2, 3};

    @Test
    void temperatureZeroTakesTheLikeliest() {
        assertThat(Sampler.choose(LOGITS.clone(), parameters(0, 1, 0, 9), Set.of(), 5))
                .isEqualTo(3);
    }

    @Test
    void aBannedTokenIsNeverChosen() {
        assertThat(Sampler.choose(LOGITS.clone(), parameters(0, 1, 0, 9), Set.of(3), 5))
                .isEqualTo(2);
    }

    @Test
    void seedAndPositionDecide() {
        for (int position = 0; position < 50; position++) {
            int first = Sampler.choose(LOGITS.clone(), parameters(1, 1, 0, 42), Set.of(), position);
            assertThat(Sampler.choose(LOGITS.clone(), parameters(1, 1, 0, 42), Set.of(), position))
                    .isEqualTo(first);
        }
    }

    @Test
    void frequenciesFollowTheSoftmax() {
        int[] count = new int[4];
        int draws = 20_000;
        for (int position = 0; position < draws; position++) {
            count[Sampler.choose(LOGITS.clone(), parameters(1, 1, 0, 7), Set.of(), position)]++;
        }
        double[] expected = {0.0321, 0.0871, 0.2369, 0.6439};
        for (int i = 0; i < 4; i++) {
            assertThat((double) count[i] / draws)
                    .isBetween(expected[i] - 0.015, expected[i] + 0.015);
        }
    }

    @Test
    void topPAndTopKKeepOnlyTheLikeliest() {
        for (int position = 0; position < 200; position++) {
            assertThat(Sampler.choose(LOGITS.clone(), parameters(1, 0.8, 0, 7), Set.of(), position))
                    .isGreaterThanOrEqualTo(2);
            assertThat(Sampler.choose(LOGITS.clone(), parameters(2, 1, 3, 7), Set.of(), position))
                    .isPositive();
        }
    }

    @Test
    void minPLeavesTheUnlikelyOut() {
        // Of the likeliest's probability the others have .05, .14 and .37.
        var parameters =
                new SamplingParameters(8, 1, 1, 0, 0.3, Penalties.NONE, 7, List.of(), false, -1);
        int[] count = new int[4];
        for (int position = 0; position < 500; position++) {
            count[Sampler.choose(LOGITS.clone(), parameters, Set.of(), position)]++;
        }
        assertThat(count[0] + count[1]).isZero();
        assertThat(count[2]).isPositive();
    }

    @Test
    void penaltiesCountTheAnswerAndRepetitionThePromptToo() {
        var request = new EngineRequest(new int[] {0, 1}).after(new int[] {2, 2, 3});
        var sequence = new Sequence(1, request, parameters(0, 1, 0, 1), null);
        float[] openAi = {1, 1, 1, 1, 1};
        new Penalties(0.5, 0.25, 1).apply(openAi, sequence);
        assertThat(openAi).containsExactly(1, 1, 0, 0.25f, 1);
        float[] repetition = {1, -1, 1, 1, 1};
        new Penalties(0, 0, 2).apply(repetition, sequence);
        assertThat(repetition).containsExactly(0.5f, -2, 0.5f, 0.5f, 1);
    }

    @Test
    void logitsThatAreNoNumbersAreRefused() {
        assertThatThrownBy(() ->
                        Sampler.choose(
                                new float[] {Float.NaN, Float.NaN},
                                parameters(1, 1, 0, 7),
                                Set.of(),
                                0))
                .isInstanceOf(ArithmeticException.class);
    }

    private static SamplingParameters parameters(
            double temperature, double topP, int topK, long seed) {
        return new SamplingParameters(8, temperature, topP, topK, seed, List.of(), false);
    }
}
