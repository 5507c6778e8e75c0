package dev.keelson.forecaster.learned.network;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * DeepAR (Salinas et al. 2020): one autoregressive recurrent network for all series; a forecast is
 * joint sample paths drawn step by step. Immutable.
 *
 * @param network the trained network
 * @param context steps that are read before the first prediction
 */
public record DeepAr(RecurrentNetwork network, int context) {

    /** Refuses a network that was made for other inputs. */
    public DeepAr {
        if (network.shape().inputs() != SeriesInputs.WIDTH) {
            throw new IllegalArgumentException(
                    "The network reads %d values per step, not %d."
                            .formatted(network.shape().inputs(), SeriesInputs.WIDTH));
        }
        if (context < 1) {
            throw new IllegalArgumentException(
                    "The context (%d) must be positive.".formatted(context));
        }
    }

    /**
     * Sample paths of what follows a history.
     *
     * @param history values at equal steps, NaN where missing
     * @param season steps of the main period
     * @param first number of index 0 among all steps since the epoch
     * @param horizon steps to predict
     * @param paths number of paths
     * @param seed of the draws
     * @return {@code [paths][horizon]} in the series' units
     */
    public double[][] paths(
            double[] history, int season, long first, int horizon, int paths, long seed) {
        int n = history.length;
        double[] values = Arrays.copyOf(history, n + horizon);
        int from = Math.max(0, n - context);
        SeriesInputs inputs = SeriesInputs.of(values, from, n, season, first);
        RecurrentNetwork.State read = readUpTo(inputs, values, from, n);
        RecurrentNetwork.State state = network.start();
        var mixture = new NormalMixture(network.shape().components());
        float[] input = new float[SeriesInputs.WIDTH];
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        double[][] result = new double[paths][horizon];
        for (double[] path : result) {
            state.copyFrom(read);
            for (int h = 0; h < horizon; h++) {
                inputs.fill(values, n + h, input, 0);
                state.read(input);
                mixture.fill(state.output());
                path[h] = inputs.original(mixture.sample(random));
                values[n + h] = path[h];
            }
        }
        return result;
    }

    /**
     * One-step predictions over a stretch of a series, each from what came before it. The state is
     * rebuilt from a fresh context every {@code refresh} steps, which also renews the scale.
     *
     * @param first number of index 0 among all steps since the epoch
     * @param from first predicted index
     * @param to index after the last
     * @param samples values per step, drawn
     * @return {@code [to - from][samples]}
     */
    public double[][] oneStep(
            double[] values,
            int season,
            long first,
            int from,
            int to,
            int refresh,
            int samples,
            long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        var mixture = new NormalMixture(network.shape().components());
        float[] input = new float[SeriesInputs.WIDTH];
        double[][] result = new double[to - from][samples];
        for (int block = from; block < to; block += refresh) {
            int start = Math.max(0, block - context);
            SeriesInputs inputs = SeriesInputs.of(values, start, block, season, first);
            RecurrentNetwork.State state = readUpTo(inputs, values, start, block);
            for (int t = block; t < Math.min(to, block + refresh); t++) {
                inputs.fill(values, t, input, 0);
                state.read(input);
                mixture.fill(state.output());
                for (int i = 0; i < samples; i++) {
                    result[t - from][i] = inputs.original(mixture.sample(random));
                }
            }
        }
        return result;
    }

    private RecurrentNetwork.State readUpTo(
            SeriesInputs inputs, double[] values, int from, int to) {
        RecurrentNetwork.State state = network.start();
        float[] input = new float[SeriesInputs.WIDTH];
        for (int t = from; t < to; t++) {
            inputs.fill(values, t, input, 0);
            state.read(input);
        }
        return state;
    }
}
