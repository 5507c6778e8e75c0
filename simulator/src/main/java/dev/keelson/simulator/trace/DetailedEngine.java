package dev.keelson.simulator.trace;

import dev.keelson.simulator.engine.EngineLimits;
import dev.keelson.simulator.engine.StepTimeModel;
import dev.keelson.simulator.engine.StepWork;
import java.util.List;

/**
 * The engine simulator as a replica of a fleet.
 *
 * @param limits batch, KV blocks, prefix cache, pipeline
 * @param stepTime how long a step takes
 * @param origin what the step times were read from, for reports
 */
public record DetailedEngine(EngineLimits limits, StepTimeModel stepTime, String origin)
        implements EngineSpeed {

    @Override
    public double prefillSeconds(double promptTokens) {
        double seconds = 0;
        int most = limits.maxBatchedTokens();
        for (int done = 0; done < promptTokens; done += most) {
            int chunk = (int) Math.ceil(Math.min(most, promptTokens - done));
            seconds += seconds(StepWork.prefill(chunk, done));
        }
        return seconds;
    }

    @Override
    public double decodeSeconds(int decodes, double kvTokens) {
        return seconds(StepWork.decode(decodes, (int) Math.ceil(kvTokens / Math.max(1, decodes))));
    }

    @Override
    public double secondsPerPromptToken() {
        int most = limits.maxBatchedTokens();
        return seconds(StepWork.prefill(most, 0)) / most;
    }

    private double seconds(StepWork work) {
        return stepTime.stepMicros(List.of(work)) / 1e6;
    }
}
