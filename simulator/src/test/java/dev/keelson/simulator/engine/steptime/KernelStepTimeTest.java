package dev.keelson.simulator.engine.steptime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.simulator.engine.StepTimeModel;
import dev.keelson.simulator.engine.StepWork;
import dev.keelson.simulator.engine.steptime.KernelTables.Experts;
import dev.keelson.simulator.engine.steptime.KernelTables.Heads;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelStepTimeTest {
    private static final ModelShape DENSE =
            new ModelShape("dense", 2, 100, 4, 2, 10, 200, 1_000, 0, 0);
    private static final ModelShape MIXTURE =
            new ModelShape("mixture", 2, 100, 4, 2, 10, 50, 1_000, 8, 2);
    private static final SystemSpec SYSTEM = new SystemSpec("test", 1e12, 0.5, 3, 1e9, 0);

    @Test
    void aDecodeStepIsTheSumOfItsKernels() {
        var stepTime =
                new KernelStepTime(
                        DENSE,
                        KernelPlan.of(1, "bfloat16"),
                        tables().build(),
                        SYSTEM,
                        new StepConstants(7, 0));

        double micros = stepTime.stepMicros(List.of(StepWork.decode(4, 50)));

        // Products cost n k / 1000 us whatever the tokens, attention 1 us a sequence and 10 tokens.
        double products = (80 * 100 + 100 * 40 + 400 * 100 + 100 * 200) / 1_000.0;
        double attention = 4 * 50 / 10.0;
        double norms = 2 * (3 + 4 * 4 * 100 * 2 / 0.5e12 * 1e6);
        double activation = 3 + 3 * 4 * 200 * 2 / 0.5e12 * 1e6;
        double output = 1_000 * 100 / 1_000.0;
        assertThat(micros)
                .isCloseTo(
                        2 * (products + attention + norms + activation) + output + 7, within(1e-6));
        assertThat(stepTime.source()).isEqualTo(StepTimeModel.Source.MEASURED_TABLES);
    }

    /** Two prompts of 100 tokens in one step take less attention than one of 200. */
    @Test
    void chunksOfAStepCountAsPromptsOfAsManyTokensAndPairs() {
        var stepTime = dense(1);
        var two = new StepWork(200, 2 * 100 * 50, 0, 0, 0, 0, 0, 1);
        var one = StepWork.prefill(200, 0);

        double more = stepTime.stepMicros(List.of(one)) - stepTime.stepMicros(List.of(two));

        double ofOne = 200 * 200 / 100.0;
        double ofTwo = 2 * 100 * 100 / 100.0;
        assertThat(more).isCloseTo(2 * (ofOne - ofTwo), within(1e-6));
    }

    /** A chunk of 100 after 150 has the pairs of a prompt of 200. */
    @Test
    void aChunkWithHistoryCountsAsAPromptOfAsManyPairs() {
        var stepTime = dense(1);
        var fresh = StepWork.prefill(100, 0);
        var late = StepWork.prefill(100, 150);

        double more = stepTime.stepMicros(List.of(late)) - stepTime.stepMicros(List.of(fresh));

        assertThat(more).isCloseTo(2 * (200 * 200 - 100 * 100) / 100.0, within(1e-6));
    }

    @Test
    void ranksShareTheProductsAndPayForTheReduction() {
        var step = List.of(StepWork.decode(4, 50));

        assertThat(dense(2).stepMicros(step)).isNotEqualTo(dense(1).stepMicros(step));
        assertThatThrownBy(() -> dense(4))
                .isInstanceOf(MissingKernelException.class)
                .hasMessageContaining("no attention of prompts with 1 query and 1 key-value heads");
    }

    @Test
    void expertsSeeTheTokensOfAllCopies() {
        var plan = new KernelPlan(1, 2, 1, 2, "bfloat16", "bfloat16", "bfloat16");
        var stepTime =
                new KernelStepTime(MIXTURE, plan, tables().build(), SYSTEM, StepConstants.ZERO);
        var work = StepWork.decode(4, 50);

        double both = stepTime.stepMicros(List.of(work, work));
        double one = stepTime.stepMicros(List.of(work, StepWork.NONE));

        // 100 us a token and layer; the idle copy takes part with one token.
        assertThat(both - one).isCloseTo(2 * 100 * 3, within(10.0));
    }

    @Test
    void whatWasNotMeasuredIsSaid() {
        assertThatThrownBy(() ->
                        new KernelStepTime(
                                DENSE,
                                KernelPlan.of(1, "fp8"),
                                tables().build(),
                                SYSTEM,
                                StepConstants.ZERO))
                .isInstanceOf(MissingKernelException.class)
                .hasMessage("no matrix products in fp8");
    }

    @Test
    void theCacheGetsWhatWeightsLeave() {
        var plan = KernelPlan.of(1, "bfloat16");
        double weights = 2 * DENSE.parameters();
        double perBlock = DENSE.kvBytesPerToken() * 16.0;
        var fitting = new SystemSpec("a", 1, 1, 1, (weights + 10.5 * perBlock) / 0.9, 0);
        var full = new SystemSpec("b", 1, 1, 1, weights, 0);

        assertThat(plan.kvBlocks(DENSE, fitting, 0.9, 16)).isEqualTo(10);
        assertThat(plan.kvBlocks(DENSE, full, 0.9, 16)).isZero();
    }

    private static KernelStepTime dense(int tensor) {
        return new KernelStepTime(
                DENSE,
                KernelPlan.of(tensor, "bfloat16"),
                tables().build(),
                SYSTEM,
                StepConstants.ZERO);
    }

    private static KernelTables.Builder tables() {
        var tables = new KernelTables.Builder();
        for (int tokens : new int[] {1, 1_000}) {
            for (int n : new int[] {1, 10_000}) {
                tables.product("bfloat16", tokens, n, 1, n / 1_000.0);
                tables.product("bfloat16", tokens, n, 1_000, n * 1_000 / 1_000.0);
            }
            tables.experts(new Experts("bfloat16", 100, 50, 2, 8, 1, 2), tokens, 100.0 * tokens);
            tables.collective("all_reduce", 2, tokens * 100, 5);
            tables.collective("all_gather", 2, tokens * 100, 2);
            tables.collective("reduce_scatter", 2, tokens * 100, 2);
        }
        for (var kind : List.of(new Heads("bfloat16", 10, 2), new Heads("bfloat16", 10, 1))) {
            int heads = 2 * kind.keyValue();
            for (int sequences : new int[] {1, 100}) {
                for (int length = 0; length <= 1_000; length += 10) {
                    tables.decodes(kind, heads, sequences, length, sequences * length / 10.0);
                    tables.prompts(
                            kind, heads, sequences, length, sequences * length * length / 100.0);
                }
            }
        }
        return tables;
    }
}
