package dev.keelson.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final float[] LOGITS = {0, 1, 2, 3};

    @Test
    void temperatureZeroTakesTheLikeliest() {
        assertThat(new Sampler().choose(LOGITS.clone(), parameters(0, 1, 0, 9), Set.of(), 5))
                .isEqualTo(3);
    }

    @Test
    void aBannedTokenIsNeverChosen() {
        assertThat(new Sampler().choose(LOGITS.clone(), parameters(0, 1, 0, 9), Set.of(3), 5))
                .isEqualTo(2);
    }

    @Test
    void seedAndPositionDecide() {
        for (int position = 0; position < 50; position++) {
            int first =
                    new Sampler()
                            .choose(LOGITS.clone(), parameters(1, 1, 0, 42), Set.of(), position);
            assertThat(
                            new Sampler()
                                    .choose(
                                            LOGITS.clone(),
                                            parameters(1, 1, 0, 42),
                                            Set.of(),
                                            position))
                    .isEqualTo(first);
        }
    }

    @Test
    void frequenciesFollowTheSoftmax() {
        int[] count = new int[4];
        int draws = 20_000;
        for (int position = 0; position < draws; position++) {
            count[
                    new Sampler()
                            .choose(LOGITS.clone(), parameters(1, 1, 0, 7), Set.of(), position)]++;
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
            assertThat(
                            new Sampler()
                                    .choose(
                                            LOGITS.clone(),
                                            parameters(1, 0.8, 0, 7),
                                            Set.of(),
                                            position))
                    .isGreaterThanOrEqualTo(2);
            assertThat(
                            new Sampler()
                                    .choose(
                                            LOGITS.clone(),
                                            parameters(2, 1, 3, 7),
                                            Set.of(),
                                            position))
                    .isPositive();
        }
    }

    @Test
    void whatTopPAndTopKLeaveIsWhatSortingLeaves() {
        var nucleus = new Nucleus();
        for (long seed = 0; seed < 500; seed++) {
            var random = new Random(seed);
            float[] weights = new float[1 + random.nextInt(3_000)];
            double spread = Math.pow(10, random.nextDouble() * 3 - 2);
            for (int i = 0; i < weights.length; i++) {
                weights[i] = Exponential.of((float) (-Math.abs(random.nextGaussian()) * spread));
            }
            weights[random.nextInt(weights.length)] = 1;
            int most = 1 + random.nextInt(weights.length);
            double share = random.nextInt(4) == 0 ? 1 : random.nextDouble();
            float[] sorted = weights.clone();
            java.util.Arrays.sort(sorted);
            double total = 0;
            for (float weight : sorted) {
                total += weight;
            }
            double mass = 0;
            float least = 1;
            for (int i = sorted.length - 1;
                    i >= sorted.length - most && mass < share * total;
                    i--) {
                mass += sorted[i];
                least = sorted[i];
            }
            float found = nucleus.least(weights, weights.length, 0, most, share);
            // The masses are summed in another order: at most one weight more or less.
            int at = java.util.Arrays.binarySearch(sorted, found);
            int expected = java.util.Arrays.binarySearch(sorted, least);
            assertThat(sorted[at]).as("seed %d", seed).isEqualTo(found);
            assertThat(Math.abs(at - expected)).as("seed %d", seed).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void theExponentialIsRightToTheSeventhDigit() {
        for (float x = -86; x <= 0; x += 0.0137f) {
            assertThat(Exponential.of(x) / Math.exp(x)).isBetween(1 - 2e-7, 1 + 2e-7);
        }
        assertThat(Exponential.of(0)).isEqualTo(1);
        assertThat(Exponential.of(-90)).isZero();
        assertThat(Exponential.of(Float.NEGATIVE_INFINITY)).isZero();
    }

    @Test
    void minPLeavesTheUnlikelyOut() {
        // Of the likeliest's probability the others have .05, .14 and .37.
        var parameters =
                new SamplingParameters(8, 1, 1, 0, 0.3, Penalties.NONE, 7, List.of(), false, -1);
        int[] count = new int[4];
        for (int position = 0; position < 500; position++) {
            count[new Sampler().choose(LOGITS.clone(), parameters, Set.of(), position)]++;
        }
        assertThat(count[0] + count[1]).isZero();
        assertThat(count[2]).isPositive();
    }

    @Test
    void penaltiesCountTheAnswerAndRepetitionThePromptToo() {
        var request =
                new EngineRequest(
                        new int[] {0, 1},
                        new int[] {2, 2, 3},
                        0,
                        "",
                        EngineRequest.NO_DEADLINE,
                        null);
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
                        new Sampler()
                                .choose(
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
