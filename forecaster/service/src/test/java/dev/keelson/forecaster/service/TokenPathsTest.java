package dev.keelson.forecaster.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TokenPathsTest {
    private static final int STEPS = 60;
    private static final double[][] COURSES = {{2, 2}, {2, 2}, {2, 2}, {2, 2}, {2, 2}, {2, 2}};

    @Test
    void tokensGoOnFromTheNewestLevelOfARequest() {
        double[] requests = filled(2);
        double[] tokens = filled(200);
        // Lately requests are twice as long.
        Arrays.fill(tokens, STEPS - 2, STEPS, 400);

        var work = new TokenPaths(requests, tokens).of(COURSES);

        // Stretches that lie before the change go on from 200 tokens a request, not from 100.
        assertThat(work[5]).containsExactly(new double[] {400, 400}, within(1e-9));
    }

    @Test
    void changesWithinAStretchAreKeptAndPromptsAndOutputsOfOneCourseAreOfOneStretch() {
        double[] requests = filled(2);
        double[] prompts = new double[STEPS];
        double[] outputs = new double[STEPS];
        for (int t = 0; t < STEPS; t++) {
            prompts[t] = t % 2 == 0 ? 180 : 220;
            outputs[t] = t % 2 == 0 ? 18 : 22;
        }

        var promptWork = new TokenPaths(requests, prompts).of(COURSES);
        var outputWork = new TokenPaths(requests, outputs).of(COURSES);

        assertThat(promptWork[0][0]).isNotCloseTo(promptWork[0][1], within(1.0));
        for (int k = 0; k < COURSES.length; k++) {
            for (int h = 0; h < 2; h++) {
                assertThat(outputWork[k][h]).isCloseTo(promptWork[k][h] / 10, within(1e-9));
            }
        }
    }

    @Test
    void aGapOrAnIdleTimeGoesOnWithTheMean() {
        double[] requests = filled(2);
        double[] tokens = filled(200);
        requests[STEPS - 1] = Double.NaN;
        tokens[STEPS - 1] = Double.NaN;
        requests[STEPS - 2] = 0;
        tokens[STEPS - 2] = 0;

        var work = new TokenPaths(requests, tokens).of(COURSES);

        assertThat(work[0]).containsExactly(new double[] {200, 200}, within(1e-9));
    }

    private static double[] filled(double value) {
        double[] values = new double[STEPS];
        Arrays.fill(values, value);
        return values;
    }
}
