package dev.keelson.simulator.engine.steptime;

import dev.keelson.simulator.engine.StepTimeModel;
import dev.keelson.simulator.engine.StepWork;
import java.util.ArrayList;
import java.util.List;

/**
 * A step time that is linear in what a step does: tokens, query-key pairs of prompts, context read
 * by decodes, and sequences. For engines of which step times were measured, but no operators.
 */
public final class LinearStepTime implements StepTimeModel {
    private static final int FEATURES = 5;

    private final double[] coefficients;

    private LinearStepTime(double[] coefficients) {
        this.coefficients = coefficients;
    }

    /** A measured step: what it did, and its length in microseconds. */
    public record Sample(StepWork work, double micros) {
        public Sample {
            if (!(micros > 0)) {
                throw new IllegalArgumentException(
                        "A step of %f microseconds cannot be.".formatted(micros));
            }
        }
    }

    /** The model with the smallest squared relative errors over the samples. */
    public static LinearStepTime fit(List<Sample> samples) {
        if (samples.size() < FEATURES) {
            throw new IllegalArgumentException(
                    "%d samples are too few to fit %d coefficients."
                            .formatted(samples.size(), FEATURES));
        }
        var features = new ArrayList<double[]>();
        var targets = new ArrayList<Double>();
        for (var sample : samples) {
            features.add(features(sample.work()));
            targets.add(sample.micros());
        }
        return new LinearStepTime(LeastSquares.relative(features, targets));
    }

    @Override
    public Source source() {
        return Source.REGRESSION;
    }

    @Override
    public double stepMicros(List<StepWork> ranks) {
        double slowest = 0;
        for (var work : ranks) {
            double[] features = features(work);
            double sum = 0;
            for (int i = 0; i < FEATURES; i++) {
                sum += coefficients[i] * features[i];
            }
            slowest = Math.max(slowest, sum);
        }
        return slowest;
    }

    private static double[] features(StepWork work) {
        return new double[] {
            1, work.tokens(), work.prefillPairs(), work.decodeContextTokens(), work.logitRows()
        };
    }
}
