package dev.keelson.runtime.reference;

import dev.keelson.runtime.weights.LlamaConfig;

/** Turns pairs of a head by their position; element i is paired with i + half the width. */
public final class Rotation {
    private final int half;
    private final float[] cos;
    private final float[] sin;

    /**
     * @param positions from 0
     */
    public Rotation(LlamaConfig config, int positions) {
        double[] frequency = config.rope().frequencies(config.headWidth());
        double magnitude = config.rope().magnitude();
        half = frequency.length;
        cos = new float[positions * half];
        sin = new float[positions * half];
        for (int p = 0; p < positions; p++) {
            for (int i = 0; i < half; i++) {
                cos[p * half + i] = (float) (magnitude * Math.cos(p * frequency[i]));
                sin[p * half + i] = (float) (magnitude * Math.sin(p * frequency[i]));
            }
        }
    }

    /** Turns the head that begins at {@code from}, in place. */
    public void turn(float[] x, int from, int position) {
        for (int i = 0; i < half; i++) {
            float c = cos[position * half + i];
            float s = sin[position * half + i];
            float a = x[from + i];
            float b = x[from + half + i];
            x[from + i] = a * c - b * s;
            x[from + half + i] = b * c + a * s;
        }
    }
}
