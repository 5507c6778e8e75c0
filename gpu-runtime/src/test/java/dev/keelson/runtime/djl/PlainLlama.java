package dev.keelson.runtime.djl;

import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Tensor;
import java.util.Arrays;

/**
 * The decoder as the textbook writes it: no cache, no batch, no library. An oracle that shares no
 * code with the engine.
 */
final class PlainLlama {
    private PlainLlama() {}

    /** Logits after the last of {@code tokens}. */
    static float[] logits(LlamaWeights w, int[] tokens) {
        LlamaConfig c = w.config();
        double[][] x = new double[tokens.length][c.hidden()];
        for (int t = 0; t < tokens.length; t++) {
            for (int i = 0; i < c.hidden(); i++) {
                x[t][i] = w.embedding().values()[tokens[t] * c.hidden() + i];
            }
        }
        for (LlamaWeights.Layer layer : w.layers()) {
            attention(c, layer, x);
            for (double[] row : x) {
                feedForward(c, layer, row);
            }
        }
        double[] out = times(w.output(), norm(c, x[tokens.length - 1], w.norm()));
        float[] logits = new float[out.length];
        for (int i = 0; i < out.length; i++) {
            logits[i] = (float) out[i];
        }
        return logits;
    }

    private static void attention(LlamaConfig c, LlamaWeights.Layer layer, double[][] x) {
        int width = c.headWidth();
        int q = c.heads() * width;
        int kv = c.keyValueHeads() * width;
        double[][] y = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            y[t] = times(layer.queryKeyValue(), norm(c, x[t], layer.attentionNorm()));
            Tensor bias = layer.projectionBias();
            for (int i = 0; bias != null && i < y[t].length; i++) {
                y[t][i] += bias.values()[i];
            }
            for (int h = 0; h < c.heads() + c.keyValueHeads(); h++) {
                normaliseHead(c, layer, y[t], h);
            }
            for (int h = 0; h < c.heads() + c.keyValueHeads(); h++) {
                rotate(c, y[t], h * width, t);
            }
        }
        for (int t = 0; t < x.length; t++) {
            double[] joined = new double[q];
            for (int h = 0; h < c.heads(); h++) {
                int key = q + h / (c.heads() / c.keyValueHeads()) * width;
                double[] weight = new double[t + 1];
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    double dot = 0;
                    for (int i = 0; i < width; i++) {
                        dot += y[t][h * width + i] * y[s][key + i];
                    }
                    weight[s] = Math.exp(dot / Math.sqrt(width));
                    sum += weight[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < width; i++) {
                        joined[h * width + i] += weight[s] / sum * y[s][key + kv + i];
                    }
                }
            }
            add(x[t], times(layer.attentionOut(), joined));
        }
    }

    private static void feedForward(LlamaConfig c, LlamaWeights.Layer layer, double[] x) {
        double[] gu = times(layer.gateUp(), norm(c, x, layer.feedForwardNorm()));
        double[] inner = new double[c.feedForward()];
        for (int i = 0; i < inner.length; i++) {
            inner[i] = gu[i] / (1 + Math.exp(-gu[i])) * gu[inner.length + i];
        }
        add(x, times(layer.down(), inner));
    }

    private static void rotate(LlamaConfig c, double[] y, int from, int position) {
        int half = c.headWidth() / 2;
        for (int i = 0; i < half; i++) {
            double angle = position * c.rope().frequencies(c.headWidth())[i];
            double a = y[from + i];
            double b = y[from + half + i];
            double grown = c.rope().magnitude();
            y[from + i] = grown * (a * Math.cos(angle) - b * Math.sin(angle));
            y[from + half + i] = grown * (b * Math.cos(angle) + a * Math.sin(angle));
        }
    }

    private static void normaliseHead(LlamaConfig c, LlamaWeights.Layer layer, double[] y, int h) {
        Tensor gains = layer.headNorm();
        if (gains == null) {
            return;
        }
        int w = c.headWidth();
        int row = h < c.heads() ? 0 : w;
        var gain = new Tensor(new long[] {w}, Arrays.copyOfRange(gains.values(), row, row + w));
        double[] normalised = norm(c, Arrays.copyOfRange(y, h * w, (h + 1) * w), gain);
        System.arraycopy(normalised, 0, y, h * w, w);
    }

    private static double[] norm(LlamaConfig c, double[] x, Tensor gain) {
        double sum = 0;
        for (double v : x) {
            sum += v * v;
        }
        double scale = 1 / Math.sqrt(sum / x.length + c.normEpsilon());
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] * scale * gain.values()[i];
        }
        return y;
    }

    private static double[] times(Tensor matrix, double[] x) {
        double[] y = new double[(int) matrix.shape()[0]];
        for (int row = 0; row < y.length; row++) {
            for (int i = 0; i < x.length; i++) {
                y[row] += matrix.values()[row * x.length + i] * x[i];
            }
        }
        return y;
    }

    private static void add(double[] to, double[] what) {
        for (int i = 0; i < to.length; i++) {
            to[i] += what[i];
        }
    }
}
