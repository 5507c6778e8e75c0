package dev.keelson.simulator.engine.steptime;

import dev.keelson.simulator.engine.StepTimeModel;
import java.util.List;
import java.util.Optional;

/**
 * Takes the best step times that there is evidence for. The chosen model's {@code source()} says
 * which.
 */
public final class StepTimeChoice {
    private static final int ENOUGH_SAMPLES = 30;

    private StepTimeChoice() {}

    /** Measured tables, else a regression on at least 30 measured steps, else the roofline. */
    public static StepTimeModel best(
            Optional<MeasuredStepTime> measured,
            List<LinearStepTime.Sample> samples,
            RooflineStepTime roofline) {
        if (measured.isPresent()) {
            return measured.get();
        }
        return samples.size() >= ENOUGH_SAMPLES ? LinearStepTime.fit(samples) : roofline;
    }
}
