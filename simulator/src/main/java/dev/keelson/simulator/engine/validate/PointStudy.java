package dev.keelson.simulator.engine.validate;

import dev.keelson.simulator.engine.EngineLimits;
import dev.keelson.simulator.engine.profile.MeasuredPoint;
import dev.keelson.simulator.engine.steptime.KernelPlan;
import dev.keelson.simulator.engine.steptime.KernelStepTime;
import dev.keelson.simulator.engine.steptime.KernelTables;
import dev.keelson.simulator.engine.steptime.MissingKernelException;
import dev.keelson.simulator.engine.steptime.ModelShape;
import dev.keelson.simulator.engine.steptime.StepConstants;
import dev.keelson.simulator.engine.steptime.SystemSpec;
import java.util.Map;
import java.util.Set;

/**
 * Predicts measured end-to-end points from the kernels of their system. Nothing is fitted on any
 * point.
 *
 * <p>The set-up is that of the public benchmark which most points come from: ten requests for each
 * place, uniform between 80 % and all of the nominal lengths where those are the benchmark's own
 * (1024/1024, 1024/8192, 8192/1024; others count as they are), as many sequences as places, 8,192
 * tokens a step in chunks, no prefix cache, 90 % of the memory, asynchronous scheduling; keys and
 * values of Llama-3.1-70B in 8 bits, as its published scripts say, of other models in 16.
 */
public final class PointStudy {
    private static final int REQUESTS_PER_PLACE = 10;
    private static final int BATCHED_TOKENS = 8_192;
    private static final int BLOCK_TOKENS = 16;
    private static final double MEMORY_SHARE = 0.9;
    private static final double SHORTEST = 0.8;
    private static final Set<String> EIGHT_BIT_CACHE = Set.of("meta-llama/Llama-3.1-70B");
    private static final Set<String> RANDOM_LENGTHS = Set.of("1024/1024", "1024/8192", "8192/1024");

    /** A system whose kernels were measured. */
    public record MeasuredSystem(KernelTables kernels, SystemSpec spec) {}

    /** What became of a point. */
    public sealed interface Outcome {
        MeasuredPoint point();

        /** It was predicted. */
        record Predicted(MeasuredPoint point, ClosedLoop.Latency latency) implements Outcome {
            /** (simulated - real) / real. */
            public double ttftError() {
                return latency.ttftMillis() / point.ttftMillis() - 1;
            }

            /** (simulated - real) / real. */
            public double tpotError() {
                return latency.tpotMillis() / point.tpotMillis() - 1;
            }
        }

        /**
         * It cannot be predicted.
         *
         * @param why in a few words, the same for alike points
         */
        record LeftOut(MeasuredPoint point, String why) implements Outcome {}
    }

    private final Map<String, MeasuredSystem> systems;
    private final Map<String, ModelShape> models;
    private final long seed;

    /**
     * @param systems by name
     * @param models by name
     */
    public PointStudy(
            Map<String, MeasuredSystem> systems, Map<String, ModelShape> models, long seed) {
        this.systems = Map.copyOf(systems);
        this.models = Map.copyOf(models);
        this.seed = seed;
    }

    /** Predicts one point, or says why not. Thread-safe. */
    public Outcome predict(MeasuredPoint point) {
        if (!point.aggregated()) {
            return left(point, "prompts and decodes on different accelerators");
        }
        var system = systems.get(point.system());
        if (system == null) {
            return left(point, "no kernels of " + point.system());
        }
        var model = models.get(point.model());
        if (model == null) {
            return left(point, "no kernels of the attention of " + point.model());
        }
        if (point.pipeline() > 1) {
            return left(point, "pipeline parallel");
        }
        try {
            return predict(point, system, model);
        } catch (MissingKernelException e) {
            return left(point, String.valueOf(e.getMessage()));
        }
    }

    private Outcome predict(MeasuredPoint point, MeasuredSystem system, ModelShape model) {
        var plan =
                new KernelPlan(
                        point.tensor(),
                        point.data(),
                        point.expertTensor(),
                        point.expert(),
                        point.products(),
                        point.experts(),
                        EIGHT_BIT_CACHE.contains(point.model()) ? "fp8" : "bfloat16");
        int blocks = plan.kvBlocks(model, system.spec(), MEMORY_SHARE, BLOCK_TOKENS);
        long longest = (long) point.promptTokens() + point.outputTokens();
        if ((long) blocks * BLOCK_TOKENS < longest) {
            return left(point, "the model leaves no room for a request");
        }
        var limits =
                EngineLimits.vllm(
                                Math.max(1, (point.concurrency() + plan.data() - 1) / plan.data()),
                                BATCHED_TOKENS,
                                blocks)
                        .withPrefixBlockTokens(0);
        var stepTime =
                new KernelStepTime(
                        model, plan, system.kernels(), system.spec(), StepConstants.ZERO);
        var lengths = point.promptTokens() + "/" + point.outputTokens();
        var loop =
                new ClosedLoop(
                        point.concurrency(),
                        REQUESTS_PER_PLACE * point.concurrency(),
                        point.promptTokens(),
                        point.outputTokens(),
                        RANDOM_LENGTHS.contains(lengths) ? SHORTEST : 1);
        return new Outcome.Predicted(point, loop.play(limits, stepTime, plan.data(), seed));
    }

    private static Outcome left(MeasuredPoint point, String why) {
        return new Outcome.LeftOut(point, why);
    }
}
