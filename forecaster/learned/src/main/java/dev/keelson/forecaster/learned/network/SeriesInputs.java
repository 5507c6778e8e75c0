package dev.keelson.forecaster.learned.network;

/**
 * What the network reads about one step of one series: its last values and the season's phase, in
 * the series' own units of size. Immutable.
 *
 * <p>A series is scaled by the mean and the mean absolute deviation of its context (DeepAR, Salinas
 * et al. 2020, scales by the mean; the shift serves gauges that never come near zero). Missing
 * values are NaN: they read as the centre, with a flag.
 */
public final class SeriesInputs {
    /** Values per step. */
    public static final int WIDTH = 9;

    private final double centre;
    private final double size;
    private final int season;
    private final long first;

    private SeriesInputs(double centre, double size, int season, long first) {
        this.centre = centre;
        this.size = size;
        this.season = season;
        this.first = first;
    }

    /**
     * Scales by what a context holds.
     *
     * @param values the series; NaN where missing
     * @param from first index of the context
     * @param to index after its last
     * @param season steps of the main period
     * @param first number of index 0 among all steps since the epoch: the phase of the series
     */
    public static SeriesInputs of(double[] values, int from, int to, int season, long first) {
        double sum = 0;
        int count = 0;
        for (int t = from; t < to; t++) {
            if (!Double.isNaN(values[t])) {
                sum += values[t];
                count++;
            }
        }
        double centre = count == 0 ? 0 : sum / count;
        double deviation = 0;
        for (int t = from; t < to; t++) {
            if (!Double.isNaN(values[t])) {
                deviation += Math.abs(values[t] - centre);
            }
        }
        double size = count == 0 ? 0 : deviation / count;
        // A constant series has no size of its own.
        double least = Math.max(1e-6 * Math.abs(centre), 1e-9);
        return new SeriesInputs(centre, Math.max(size, least), season, first);
    }

    /** A value in the network's units. */
    public double scaled(double value) {
        return (value - centre) / size;
    }

    /** A value of the network in the series' units. */
    public double original(double scaled) {
        return centre + size * scaled;
    }

    /**
     * Fills the inputs for predicting step t from the steps before it.
     *
     * @param values the series up to t - 1 at least
     * @param t step to be predicted
     * @param input {@link #WIDTH} values, overwritten from {@code offset}
     */
    public void fill(double[] values, int t, float[] input, int offset) {
        input[offset] = lag(values, t - 1);
        input[offset + 1] = lag(values, t - 2);
        input[offset + 2] = lag(values, t - season);
        input[offset + 3] = t - season < 0 || Double.isNaN(values[t - season]) ? 1 : 0;
        input[offset + 4] = t < 1 || Double.isNaN(values[t - 1]) ? 1 : 0;
        long step = first + t;
        double day = 2 * StrictMath.PI * (step % season) / season;
        double week = 2 * StrictMath.PI * (step % (7L * season)) / (7.0 * season);
        input[offset + 5] = (float) StrictMath.sin(day);
        input[offset + 6] = (float) StrictMath.cos(day);
        input[offset + 7] = (float) StrictMath.sin(week);
        input[offset + 8] = (float) StrictMath.cos(week);
    }

    private float lag(double[] values, int t) {
        if (t < 0 || Double.isNaN(values[t])) {
            return 0;
        }
        // A spike of a thousand sizes would drown the state.
        return (float) Math.max(-50, Math.min(50, scaled(values[t])));
    }
}
