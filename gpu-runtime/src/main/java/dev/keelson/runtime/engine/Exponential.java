package dev.keelson.runtime.engine;

/**
 * e to a power of at most 0, the same to the last bit on every machine. Only sums and products, so
 * that a loop over it becomes vector instructions: a fifth of the time of {@link Math#exp}.
 */
final class Exponential {
    private static final float LEAST = -87; // e to it is about the smallest normal float
    private static final int SQUARINGS = 8;
    private static final double SCALE = 1.0 / (1 << SQUARINGS);

    private Exponential() {}

    /**
     * Taylor's series to the eighth power of a 256th of {@code x}, squared eight times; relative
     * error below 2e-7, and 0 below e to the -87.
     *
     * @param x at most 0
     */
    static float of(float x) {
        double r = Math.max(x, LEAST) * SCALE;
        double y =
                1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720 + r * (1.0 / 5040 + r * (1.0 / 40320))));
        y = 1 + r * (1 + r * (1.0 / 2 + r * (1.0 / 6 + r * y)));
        y *= y;
        y *= y;
        y *= y;
        y *= y;
        y *= y;
        y *= y;
        y *= y;
        y *= y;
        return x < LEAST ? 0 : (float) y;
    }
}
