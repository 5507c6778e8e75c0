package dev.keelson.simulator.engine.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.simulator.engine.EngineLimits;
import dev.keelson.simulator.engine.StepTimeModel;
import dev.keelson.simulator.engine.StepWork;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosedLoopTest {
    /** A step takes a millisecond, and another for each 100 prompt tokens. */
    private static final StepTimeModel MILLIS =
            new StepTimeModel() {
                @Override
                public double stepMicros(List<StepWork> ranks) {
                    return 1_000 + 10.0 * ranks.getFirst().prefillTokens();
                }

                @Override
                public Source source() {
                    return Source.REGRESSION;
                }
            };

    @Test
    void oneAtATimeSeesNobodyElse() {
        var latency = new ClosedLoop(1, 10, 100, 11, 1).play(limits(1), MILLIS, 1, 0);

        assertThat(latency.ttftMillis()).isCloseTo(2, within(1e-6));
        assertThat(latency.tpotMillis()).isCloseTo(1, within(1e-6));
    }

    @Test
    void morePlacesCostTimeAndTheSameSeedGivesTheSame() {
        var eight = new ClosedLoop(8, 80, 100, 50, 0.8);

        var first = eight.play(limits(8), MILLIS, 1, 3);

        assertThat(eight.play(limits(8), MILLIS, 1, 3)).isEqualTo(first);
        assertThat(first.ttftMillis()).isGreaterThan(2);
        // Each answer of 40 to 50 tokens is disturbed by the prompts of the seven others.
        assertThat(first.tpotMillis()).isBetween(1.1, 1.3);
    }

    private static EngineLimits limits(int sequences) {
        return EngineLimits.vllm(sequences, 8_192, 10_000).withPipelineDepth(1);
    }
}
