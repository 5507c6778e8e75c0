package dev.keelson.runtime.djl;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.engine.StepPlan.Slice;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step as flat arrays, as {@link LlamaScripts#step} takes them. */
final class StepInputs {
    private final int blockSize;
    private final List<Slice> decoding;
    private final List<Slice> reading;
    private final int width;
    private final long[] tokens;
    private final long[] positions;
    private final long[] slots;
    private final long[] context;
    private final long[] chunks;
    private final long[] rows;
    private final int sampled;

    StepInputs(StepPlan plan, int blockSize) {
        this.blockSize = blockSize;
        decoding = plan.slices().stream().takeWhile(s -> s.tokens().length == 1).toList();
        reading = plan.slices().subList(decoding.size(), plan.slices().size());
        width = decoding.stream().mapToInt(s -> s.start() + 1).max().orElse(0);
        int total = plan.tokens();
        int contexts = decoding.size() * width + reading.stream().mapToInt(StepInputs::end).sum();
        tokens = new long[total];
        positions = new long[total];
        slots = new long[total];
        context = new long[contexts];
        chunks = new long[2 + 2 * reading.size()];
        sampled = plan.slices().stream().mapToInt(Slice::sampled).sum();
        rows = new long[Math.max(1, sampled)];
        fillTokens(plan);
        fillContext();
    }

    /** The rows' adapters, or null if none has one. */
    @Nullable AdapterInputs adapters() {
        boolean any = AdapterInputs.any(decoding) || AdapterInputs.any(reading);
        return any ? new AdapterInputs(decoding, reading) : null;
    }

    /** Number of slices that ask for logits. */
    int sampled() {
        return sampled;
    }

    NDList arrays(NDManager scope, float masked) {
        int d = decoding.size();
        float[] mask = new float[Math.max(1, d * width)];
        for (int b = 0; b < d; b++) {
            Arrays.fill(mask, b * width + end(decoding.get(b)), (b + 1) * width, masked);
        }
        return new NDList(
                scope.create(tokens),
                scope.create(positions),
                scope.create(slots),
                scope.create(context),
                scope.create(mask, new Shape(Math.max(1, d), 1, 1, Math.max(1, width))),
                Torch.onHost(scope).create(chunks, new Shape(chunks.length / 2, 2)),
                scope.create(rows));
    }

    private void fillTokens(StepPlan plan) {
        int at = 0;
        int row = 0;
        for (Slice s : plan.slices()) {
            for (int i = 0; i < s.tokens().length; i++, at++) {
                tokens[at] = s.tokens()[i];
                positions[at] = Math.addExact(s.start(), i);
                slots[at] = slot(s, s.start() + i);
            }
            for (int i = s.sampled(); i > 0; i--) {
                rows[row++] = Math.subtractExact(at, i);
            }
        }
    }

    private void fillContext() {
        int at = 0;
        chunks[0] = decoding.size();
        chunks[1] = width;
        for (Slice s : decoding) {
            for (int t = 0; t < width; t++) {
                // Slots past the end are masked; any valid one will do.
                context[at++] = slot(s, Math.min(t, s.start()));
            }
        }
        for (int c = 0; c < reading.size(); c++) {
            Slice s = reading.get(c);
            chunks[2 + 2 * c] = s.tokens().length;
            chunks[3 + 2 * c] = end(s);
            for (int t = 0; t < end(s); t++) {
                context[at++] = slot(s, t);
            }
        }
    }

    private static int end(Slice s) {
        return s.start() + s.tokens().length;
    }

    private long slot(Slice s, int position) {
        return (long) s.blocks()[position / blockSize] * blockSize + position % blockSize;
    }
}
