package dev.keelson.simulator.trace;

import dev.keelson.simulator.engine.StepTimeModel;
import dev.keelson.simulator.engine.StepWork;
import java.util.List;

/** The coefficients of a fleet file as step times of the engine simulator. */
public record ProfileStepTime(EngineProfile profile) implements StepTimeModel {
    @Override
    public double stepMicros(List<StepWork> ranks) {
        double slowest = 0;
        for (var work : ranks) {
            double seconds =
                    profile.stepSeconds(
                            work.prefillTokens(),
                            work.decodes(),
                            (double) work.decodeContextTokens(),
                            work.prefillPairs());
            slowest = Math.max(slowest, seconds);
        }
        return slowest * 1e6;
    }

    @Override
    public Source source() {
        return Source.ROOFLINE;
    }
}
