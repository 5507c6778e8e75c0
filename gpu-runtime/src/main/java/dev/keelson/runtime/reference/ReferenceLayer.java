package dev.keelson.runtime.reference;

import dev.keelson.runtime.engine.StepPlan.Copy;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Projection;
import dev.keelson.runtime.weights.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One block with its part of the key-value cache. Single-writer. */
final class ReferenceLayer {
    private final LlamaConfig config;
    private final int index;
    private final Rotation rotation;
    private final ReferenceAdapters adapters;
    private final float[] attentionNorm;
    private final Matrix queryKeyValue;
    private final Matrix attentionOut;
    private final float[] feedForwardNorm;
    private final Matrix gateUp;
    private final Matrix down;
    private final @Nullable Tensor projectionBias;
    private final @Nullable Tensor headNorm;
    private final float[] keys;
    private final float[] values;

    /**
     * @param slots tokens that the cache holds
     */
    ReferenceLayer(
            LlamaConfig config,
            int index,
            LlamaWeights.Layer layer,
            Rotation rotation,
            ReferenceAdapters adapters,
            int slots) {
        this.config = config;
        this.index = index;
        this.rotation = rotation;
        this.adapters = adapters;
        attentionNorm = layer.attentionNorm().values();
        queryKeyValue = new Matrix(layer.queryKeyValue());
        attentionOut = new Matrix(layer.attentionOut());
        feedForwardNorm = layer.feedForwardNorm().values();
        gateUp = new Matrix(layer.gateUp());
        down = new Matrix(layer.down());
        projectionBias = layer.projectionBias();
        headNorm = layer.headNorm();
        keys = new float[Math.multiplyExact(slots, config.keyWidth())];
        values = new float[keys.length];
    }

    /** Copies blocks of the cache: all sources are read before the first target is written. */
    void copy(List<Copy> copies, int blockSize) {
        int width = blockSize * config.keyWidth();
        for (float[] cache : List.of(keys, values)) {
            List<float[]> read =
                    copies.stream()
                            .map(c ->
                                    Arrays.copyOfRange(
                                            cache, c.from() * width, (c.from() + 1) * width))
                            .toList();
            for (int i = 0; i < read.size(); i++) {
                System.arraycopy(read.get(i), 0, cache, copies.get(i).to() * width, width);
            }
        }
    }

    /**
     * Adds the block's contribution to {@code x}.
     *
     * @param x one row per token
     * @param slots per token the cache slots that it sees, its own the last
     */
    void apply(float[][] x, int[][] slots) {
        float[][] read = normalised(x, attentionNorm);
        float[][] projected = queryKeyValue.times(read);
        adapters.add(index, read, projected, Projection.QUERY, Projection.KEY, Projection.VALUE);
        for (int t = 0; t < x.length; t++) {
            prepare(projected[t], slots[t].length - 1);
            int slot = slots[t][slots[t].length - 1] * config.keyWidth();
            int key = config.queryWidth();
            System.arraycopy(projected[t], key, keys, slot, config.keyWidth());
            System.arraycopy(
                    projected[t], key + config.keyWidth(), values, slot, config.keyWidth());
        }
        float[][] seen = new float[x.length][config.queryWidth()];
        for (int t = 0; t < x.length; t++) {
            attend(projected[t], slots[t], seen[t]);
        }
        float[][] said = attentionOut.times(seen);
        adapters.add(index, seen, said, Projection.OUTPUT);
        add(x, said);
        feed(x);
    }

    private void feed(float[][] x) {
        float[][] read = normalised(x, feedForwardNorm);
        float[][] inner = gateUp.times(read);
        adapters.add(index, read, inner, Projection.GATE, Projection.UP);
        for (int t = 0; t < x.length; t++) {
            inner[t] = gated(inner[t]);
        }
        float[][] fed = down.times(inner);
        adapters.add(index, inner, fed, Projection.DOWN);
        add(x, fed);
    }

    /** Bias, head norm and rotation of one token's projection, in place. */
    private void prepare(float[] y, int position) {
        if (projectionBias != null) {
            for (int i = 0; i < y.length; i++) {
                y[i] += projectionBias.values()[i];
            }
        }
        int width = config.headWidth();
        for (int h = 0; h < config.heads() + config.keyValueHeads(); h++) {
            if (headNorm != null) {
                int gain = h < config.heads() ? 0 : width;
                normalise(y, h * width, width, headNorm.values(), gain, config.normEpsilon());
            }
            rotation.turn(y, h * width, position);
        }
    }

    private void attend(float[] query, int[] slots, float[] out) {
        int width = config.headWidth();
        int group = config.heads() / config.keyValueHeads();
        float scale = (float) (1 / Math.sqrt(width));
        float[] weight = new float[slots.length];
        for (int h = 0; h < config.heads(); h++) {
            int head = h / group * width;
            float most = Float.NEGATIVE_INFINITY;
            for (int s = 0; s < slots.length; s++) {
                int key = slots[s] * config.keyWidth() + head;
                weight[s] = dot(query, h * width, keys, key, width) * scale;
                most = Math.max(most, weight[s]);
            }
            double sum = 0;
            for (int s = 0; s < slots.length; s++) {
                weight[s] = (float) Math.exp(weight[s] - most);
                sum += weight[s];
            }
            for (int s = 0; s < slots.length; s++) {
                float share = (float) (weight[s] / sum);
                int value = slots[s] * config.keyWidth() + head;
                for (int i = 0; i < width; i++) {
                    out[h * width + i] += share * values[value + i];
                }
            }
        }
    }

    private float[] gated(float[] gateUp) {
        float[] inner = new float[config.feedForward()];
        for (int i = 0; i < inner.length; i++) {
            float gate = gateUp[i];
            inner[i] = (float) (gate / (1 + Math.exp(-gate))) * gateUp[inner.length + i];
        }
        return inner;
    }

    private float[][] normalised(float[][] x, float[] gain) {
        float[][] y = new float[x.length][];
        for (int t = 0; t < x.length; t++) {
            y[t] = normalised(x[t], gain, config.normEpsilon());
        }
        return y;
    }

    /** Root-mean-square norm (Zhang and Sennrich 2019). */
    static float[] normalised(float[] x, float[] gain, double epsilon) {
        float[] y = x.clone();
        normalise(y, 0, y.length, gain, 0, epsilon);
        return y;
    }

    private static void normalise(
            float[] x, int from, int width, float[] gain, int firstGain, double epsilon) {
        double squares = 0;
        for (int i = from; i < from + width; i++) {
            squares += (double) x[i] * x[i];
        }
        float scale = (float) (1 / Math.sqrt(squares / width + epsilon));
        for (int i = 0; i < width; i++) {
            x[from + i] = x[from + i] * scale * gain[firstGain + i];
        }
    }

    /** Two sums at once (a head's width is even): a single one waits for each addition to end. */
    private static float dot(float[] a, int atA, float[] b, int atB, int width) {
        float s0 = 0;
        float s1 = 0;
        for (int i = 0; i < width; i += 2) {
            s0 += a[atA + i] * b[atB + i];
            s1 += a[atA + i + 1] * b[atB + i + 1];
        }
        return s0 + s1;
    }

    private static void add(float[][] to, float[][] what) {
        for (int t = 0; t < to.length; t++) {
            for (int i = 0; i < to[t].length; i++) {
                to[t][i] += what[t][i];
            }
        }
    }
}
