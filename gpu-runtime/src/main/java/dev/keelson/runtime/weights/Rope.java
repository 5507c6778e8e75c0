package dev.keelson.runtime.weights;

import java.util.List;

/**
 * Rotary position embedding: pair i of a head turns by position × frequency(i).
 *
 * @param base {@code rope_theta}; pair i of a head of width w turns at base^(-2i/w) before scaling
 */
public record Rope(double base, Scaling scaling) {
    /** How the frequencies are stretched for contexts longer than the first training's. */
    public sealed interface Scaling {}

    /** As trained. */
    public record Unscaled() implements Scaling {}

    /** Every frequency divided by {@code factor} (position interpolation, Chen et al. 2023). */
    public record Linear(double factor) implements Scaling {}

    /**
     * Llama 3.1's rule: wavelengths above original/low are stretched by {@code factor}, those below
     * original/high kept, between them interpolated.
     *
     * @param original context in tokens of the first training
     */
    public record Llama3(double factor, double low, double high, double original)
            implements Scaling {}

    /**
     * YaRN (Peng et al. 2023, §3.2 and §3.4): pairs that turn more than {@code fast} times in the
     * original context are kept, those that turn less than {@code slow} times interpolated, a
     * linear ramp between; queries and keys grow by {@code magnitude}.
     */
    public record Yarn(double factor, double original, double fast, double slow, double magnitude)
            implements Scaling {}

    /** Each pair's frequency divided by its own number, as GGUF files store it. */
    public record Divided(List<Double> divisors) implements Scaling {
        public Divided {
            divisors = List.copyOf(divisors);
        }
    }

    /** Without scaling. */
    public static Rope plain(double base) {
        return new Rope(base, new Unscaled());
    }

    /** Radians per position of each of the {@code width / 2} pairs. */
    public double[] frequencies(int width) {
        double[] frequency = new double[width / 2];
        for (int i = 0; i < frequency.length; i++) {
            double unscaled = Math.pow(base, -2.0 * i / width);
            frequency[i] =
                    switch (scaling) {
                        case Unscaled() -> unscaled;
                        case Linear(double factor) -> unscaled / factor;
                        case Llama3 l -> llama3(unscaled, l);
                        case Yarn y -> yarn(unscaled, i, width, y);
                        case Divided(List<Double> divisors) -> unscaled / divisors.get(i);
                    };
        }
        return frequency;
    }

    /** Factor on rotated queries and keys. */
    public double magnitude() {
        return scaling instanceof Yarn yarn ? yarn.magnitude() : 1;
    }

    private static double llama3(double frequency, Llama3 l) {
        double turns = l.original() * frequency / (2 * Math.PI);
        double kept = Math.clamp((turns - l.low()) / (l.high() - l.low()), 0, 1);
        return (1 - kept) * frequency / l.factor() + kept * frequency;
    }

    private double yarn(double frequency, int pair, int width, Yarn y) {
        double first = Math.max(0, Math.floor(pairTurning(y.fast(), width, y)));
        double last = Math.min(width - 1, Math.ceil(pairTurning(y.slow(), width, y)));
        double stretched = Math.clamp((pair - first) / Math.max(1e-3, last - first), 0, 1);
        return stretched * frequency / y.factor() + (1 - stretched) * frequency;
    }

    /** The pair, as a real number, that turns {@code turns} times in the original context. */
    private double pairTurning(double turns, int width, Yarn y) {
        return width * Math.log(y.original() / (turns * 2 * Math.PI)) / (2 * Math.log(base));
    }
}
