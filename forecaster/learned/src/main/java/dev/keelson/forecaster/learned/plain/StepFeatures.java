package dev.keelson.forecaster.learned.plain;

/**
 * What is known one step before a value: its last values, what the last hours looked like, the same
 * time a season ago. All relative to a recent level, so that a model keeps its worth when the level
 * moves. Immutable.
 *
 * @param season steps of the main period
 */
public record StepFeatures(int season) {
    private static final int LAGS = 6;
    private static final int[] WINDOWS = {6, 24, 72};

    /** Values of each row. */
    public static final int WIDTH = LAGS + 3 * WINDOWS.length + 5;

    /** Steps before a value that its row looks at, the season not counted. */
    public static final int LEAST_HISTORY = 73;

    /** The level that rows and targets are relative to: the mean of the last 24 values. */
    public static double level(double[] values, int t) {
        double sum = 0;
        for (int j = 1; j <= 24; j++) {
            sum += values[t - j];
        }
        return sum / 24;
    }

    /**
     * The row of one step.
     *
     * @param values the series without gaps, at least {@link #LEAST_HISTORY} of them before t
     * @param t the step to predict; nothing from it on is read
     */
    public double[] row(double[] values, int t) {
        double level = level(values, t);
        double[] row = new double[WIDTH];
        int at = 0;
        for (int j = 1; j <= LAGS; j++) {
            row[at++] = values[t - j] - level;
        }
        for (int window : WINDOWS) {
            double sum = 0;
            double squares = 0;
            double most = Double.NEGATIVE_INFINITY;
            for (int j = 1; j <= window; j++) {
                double value = values[t - j] - level;
                sum += value;
                squares += value * value;
                most = Math.max(most, value);
            }
            double mean = sum / window;
            row[at++] = mean;
            row[at++] = most;
            row[at++] = Math.sqrt(Math.max(0, squares / window - mean * mean));
        }
        row[at++] = t >= season ? values[t - season] - level : 0;
        row[at++] = t > season ? values[t - season] - values[t - season - 1] : 0;
        row[at++] = t > 7 * season ? values[t - 7 * season] - values[t - 7 * season - 1] : 0;
        row[at++] = t % season;
        row[at] = t / season % 7;
        return row;
    }
}
