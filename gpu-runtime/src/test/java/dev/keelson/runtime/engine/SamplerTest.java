package dev.keelson.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final float[] LOGITS = {0, 1, 2, 3};

    @Test
    void temperatureZeroTakesTheLikeliest() {
        assertThat(Sampler.choose(LOGITS.clone(), parameters(0, 1, 0, 9), -1, 5)).isEqualTo(3);
    }

    @Test
    void aBannedTokenIsNeverChosen() {
        assertThat(Sampler.choose(LOGITS.clone(), parameters(0, 1, 0, 9), 3, 5)).isEqualTo(2);
    }

    @Test
    void seedAndPositionDecide() {
        for (int position = 0; position < 50; position++) {
            int first = Sampler.choose(LOGITS.clone(), parameters(1, 1, 0, 42), -1, position);
            assertThat(Sampler.choose(LOGITS.clone(), parameters(1, 1, 0, 42), -1, position))
                    .isEqualTo(first);
        }
    }

    @Test
    void frequenciesFollowTheSoftmax() {
        int[] count = new int[4];
        int draws = 20_000;
        for (int position = 0; position < draws; position++) {
            count[Sampler.choose(LOGITS.clone(), parameters(1, 1, 0, 7), -1, position)]++;
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
            assertThat(Sampler.choose(LOGITS.clone(), parameters(1, 0.8, 0, 7), -1, position))
                    .isGreaterThanOrEqualTo(2);
            assertThat(Sampler.choose(LOGITS.clone(), parameters(2, 1, 3, 7), -1, position))
                    .isPositive();
        }
    }

    @Test
    void logitsThatAreNoNumbersAreRefused() {
        assertThatThrownBy(() ->
                        Sampler.choose(
                                new float[] {Float.NaN, Float.NaN}, parameters(1, 1, 0, 7), -1, 0))
                .isInstanceOf(ArithmeticException.class);
    }

    private static SamplingParameters parameters(
            double temperature, double topP, int topK, long seed) {
        return new SamplingParameters(8, temperature, topP, topK, seed, List.of(), false);
    }
}
