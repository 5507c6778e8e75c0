package dev.keelson.simulator.engine.steptime;

import dev.keelson.simulator.engine.StepTimeModel;
import dev.keelson.simulator.engine.StepWork;
import java.util.List;

/**
 * A step time from first principles: each layer takes the longer of its arithmetic and its memory
 * traffic. For engines of which nothing was measured.
 *
 * <p>Uncalibrated it is about a third off, calibrated about a twentieth: {@link Efficiency#TYPICAL}
 * holds what fits on public tables give.
 */
public final class RooflineStepTime implements StepTimeModel {
    private static final int BYTES_PER_NUMBER = 2;

    private final ModelShape model;
    private final Parallelism parallelism;
    private final Peak peak;
    private final Efficiency efficiency;
    private final Interconnect interconnect;

    /**
     * What an accelerator could do at best.
     *
     * @param flopsPerSecond dense 16-bit arithmetic
     * @param bytesPerSecond memory
     */
    public record Peak(double flopsPerSecond, double bytesPerSecond) {
        /** GeForce RTX 4090: 165 TFLOP/s, 1.01 TB/s. */
        public static final Peak RTX_4090 = new Peak(165.2e12, 1.008e12);

        /** A100 SXM 80 GB: 312 TFLOP/s, 2.04 TB/s. */
        public static final Peak A100 = new Peak(312e12, 2.039e12);

        /** H100 SXM 80 GB: 989 TFLOP/s, 3.35 TB/s. */
        public static final Peak H100 = new Peak(989e12, 3.35e12);
    }

    /**
     * What of it is reached.
     *
     * @param arithmetic share of the peak arithmetic rate
     * @param memory share of the peak memory rate
     * @param layerMicros added to every layer, in microseconds
     */
    public record Efficiency(double arithmetic, double memory, double layerMicros) {
        /** All of the peak, no overhead. */
        public static final Efficiency PEAK = new Efficiency(1, 1, 0);

        /** Medians of fits on the operator tables of eight models on A100 and H100. */
        public static final Efficiency TYPICAL = new Efficiency(0.75, 0.95, 60);
    }

    public RooflineStepTime(
            ModelShape model,
            Parallelism parallelism,
            Peak peak,
            Efficiency efficiency,
            Interconnect interconnect) {
        this.model = model;
        this.parallelism = parallelism;
        this.peak = peak;
        this.efficiency = efficiency;
        this.interconnect = interconnect;
    }

    @Override
    public Source source() {
        return Source.ROOFLINE;
    }

    @Override
    public double stepMicros(List<StepWork> ranks) {
        double slowest = 0;
        for (var work : ranks) {
            slowest = Math.max(slowest, rankMicros(work));
        }
        return slowest;
    }

    private double rankMicros(StepWork work) {
        int tensor = parallelism.tensor();
        double tokens = work.tokens();
        double attentionWeights = model.attentionParameters() / tensor;
        double projections =
                longer(2 * tokens * attentionWeights, attentionWeights * BYTES_PER_NUMBER);
        double feedForward = feedForward(tokens);
        double width = (double) model.heads() * model.headSize() / tensor;
        double kvBytes = (double) model.kvBytesPerToken() / model.layers() / tensor;
        double attention =
                longer(
                        4 * width * (work.prefillPairs() + work.decodeContextTokens()),
                        kvBytes * (work.decodeContextTokens() + work.prefillTokens()));
        double allReduce =
                2
                        * interconnect.allReduceMicros(
                                tensor, tokens * model.hidden() * BYTES_PER_NUMBER);
        double output = (double) model.hidden() * model.vocabulary() / tensor;
        return model.layers()
                        * (projections
                                + feedForward
                                + attention
                                + allReduce
                                + efficiency.layerMicros())
                + longer(2 * work.logitRows() * output, output * BYTES_PER_NUMBER);
    }

    private double feedForward(double tokens) {
        double weights = model.feedForwardParameters() / parallelism.tensor();
        if (!model.isMixture()) {
            return longer(2 * tokens * weights, weights * BYTES_PER_NUMBER);
        }
        double share = (double) model.expertsPerToken() / model.experts();
        double active =
                model.experts() * (1 - StrictMath.pow(1 - share, tokens)) / parallelism.expert();
        return longer(
                2 * tokens * model.expertsPerToken() * weights / parallelism.expert(),
                active * weights * BYTES_PER_NUMBER);
    }

    private double longer(double flops, double bytes) {
        return Math.max(
                        flops / (peak.flopsPerSecond() * efficiency.arithmetic()),
                        bytes / (peak.bytesPerSecond() * efficiency.memory()))
                * 1e6;
    }
}
