package dev.keelson.simulator.engine.validate;

import dev.keelson.simulator.engine.EngineLimits;
import dev.keelson.simulator.engine.EngineSimulator;
import dev.keelson.simulator.engine.RequestTimes;
import dev.keelson.simulator.engine.profile.RecordedRun;
import dev.keelson.simulator.engine.steptime.Interconnect;
import dev.keelson.simulator.engine.steptime.MeasuredStepTime;
import dev.keelson.simulator.engine.steptime.ModelShape;
import dev.keelson.simulator.engine.steptime.OperatorTables;
import dev.keelson.simulator.engine.steptime.StepConstants;
import java.util.List;

/**
 * One recorded run, ready to be simulated.
 *
 * @param run what was recorded
 * @param limits the engine's set-up
 * @param stepTime step times with no constants
 */
public record EngineValidation(RecordedRun run, EngineLimits limits, MeasuredStepTime stepTime) {
    private static final double ACTIVATION_BYTES = 4e9;
    private static final int BLOCK_TOKENS = 16;

    /** Puts a run, the tables of its model and its links together. */
    public static EngineValidation of(
            RecordedRun run, ModelShape model, OperatorTables tables, Interconnect interconnect) {
        var stepTime =
                new MeasuredStepTime(
                        model, run.parallelism(), tables, interconnect, StepConstants.ZERO);
        var limits =
                EngineLimits.vllm(run.maxSequences(), run.maxBatchedTokens(), kvBlocks(run, model))
                        .withPrefixBlockTokens(0);
        return new EngineValidation(run, limits, stepTime);
    }

    /** Simulates the run with these constants. */
    public LatencyErrors errors(StepConstants constants) {
        return LatencyErrors.between(simulate(constants), run.observed());
    }

    /** The simulated times of the run's requests. */
    public List<RequestTimes> simulate(StepConstants constants) {
        return EngineSimulator.simulate(
                limits, stepTime.with(constants), run.parallelism().data(), run.requests());
    }

    /**
     * The time that every step takes beyond its kernels, in microseconds, such that the simulated
     * run agrees best: the smallest sum of squared errors of mean and P99 of TPOT and end-to-end
     * time. Found by golden section, since that sum has one valley in a constant that slows all
     * steps.
     */
    public StepConstants fit() {
        double golden = (StrictMath.sqrt(5) - 1) / 2;
        double low = 0;
        double high = 10_000;
        double left = high - golden * (high - low);
        double right = low + golden * (high - low);
        double lossLeft = loss(left);
        double lossRight = loss(right);
        while (high - low > 1) {
            if (lossLeft < lossRight) {
                high = right;
                right = left;
                lossRight = lossLeft;
                left = high - golden * (high - low);
                lossLeft = loss(left);
            } else {
                low = left;
                left = right;
                lossLeft = lossRight;
                right = low + golden * (high - low);
                lossRight = loss(right);
            }
        }
        return new StepConstants(Math.round((low + high) / 2), 0);
    }

    private double loss(double stepMicros) {
        var errors = errors(new StepConstants(stepMicros, 0));
        return square(errors.tpot().mean())
                + square(errors.tpot().p99())
                + square(errors.endToEnd().mean())
                + square(errors.endToEnd().p99());
    }

    private static double square(double value) {
        return value * value;
    }

    private static int kvBlocks(RecordedRun run, ModelShape model) {
        int tensor = run.parallelism().tensor();
        double attention =
                model.layers() * model.attentionParameters()
                        + 2.0 * model.hidden() * model.vocabulary();
        double feedForward =
                model.layers()
                        * model.feedForwardParameters()
                        * Math.max(1, model.experts())
                        / run.parallelism().expert();
        double weights = 2 * (attention + feedForward) / tensor;
        double perBlock = (double) model.kvBytesPerToken() * BLOCK_TOKENS / tensor;
        double room = run.memoryBytes() - weights - ACTIVATION_BYTES;
        if (room < perBlock) {
            throw new IllegalArgumentException(
                    "%s does not fit: %.1f GB of memory a rank, %.1f GB of weights."
                            .formatted(model.name(), run.memoryBytes() / 1e9, weights / 1e9));
        }
        return (int) (room / perBlock);
    }
}
