package dev.keelson.runtime.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.keelson.runtime.weights.LlamaConfig;

/**
 * Cosines and sines of the rotary position embedding, (positions, head width) each, both halves
 * alike.
 */
record RotaryTable(NDArray cos, NDArray sin) {
    static RotaryTable of(NDManager manager, LlamaConfig config, int positions) {
        int width = config.headWidth();
        double[] frequency = config.rope().frequencies(width);
        double magnitude = config.rope().magnitude();
        float[] cos = new float[positions * width];
        float[] sin = new float[positions * width];
        for (int p = 0; p < positions; p++) {
            for (int i = 0; i < width / 2; i++) {
                double angle = p * frequency[i];
                int at = p * width + i;
                cos[at] = (float) (magnitude * Math.cos(angle));
                cos[at + width / 2] = cos[at];
                sin[at] = (float) (magnitude * Math.sin(angle));
                sin[at + width / 2] = sin[at];
            }
        }
        Shape shape = new Shape(positions, width);
        return new RotaryTable(manager.create(cos, shape), manager.create(sin, shape));
    }
}
