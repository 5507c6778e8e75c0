package dev.keelson.forecaster.learned.smile;

import dev.keelson.forecaster.learned.plain.Autoregression;
import dev.keelson.forecaster.learned.plain.Forest;
import dev.keelson.forecaster.learned.plain.GaussianProcess;
import java.util.stream.LongStream;
import smile.data.DataFrame;
import smile.data.formula.Formula;
import smile.math.kernel.GaussianKernel;
import smile.regression.GaussianProcessRegression;
import smile.regression.RandomForest;
import smile.timeseries.AR;

/** Fits models with Smile and hands them over as plain numbers. */
public final class SmileTrainer {
    private static final String TARGET = "target";

    private SmileTrainer() {}

    /**
     * How forests grow.
     *
     * @param trees number of trees
     * @param depth greatest depth
     * @param leaf least rows in a leaf
     * @param share of the rows that each tree sees
     * @param seed of rows and features drawn
     */
    public record ForestSettings(int trees, int depth, int leaf, double share, long seed) {}

    /**
     * A random forest (Breiman 2001).
     *
     * @param rows features of each row, without NaN
     * @param targets one per row
     */
    public static Forest forest(double[][] rows, double[] targets, ForestSettings settings) {
        int features = rows[0].length;
        String[] names = new String[features + 1];
        for (int f = 0; f < features; f++) {
            names[f] = "x" + f;
        }
        names[features] = TARGET;
        double[][] table = new double[rows.length][features + 1];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, table[i], 0, features);
            table[i][features] = targets[i];
        }
        var options =
                new RandomForest.Options(
                        settings.trees(),
                        Math.max(1, features / 3),
                        settings.depth(),
                        Math.max(2, rows.length / settings.leaf()),
                        settings.leaf(),
                        settings.share(),
                        LongStream.range(0, settings.trees())
                                .map(i -> settings.seed() + i)
                                .toArray(),
                        null);
        RandomForest forest =
                RandomForest.fit(Formula.lhs(TARGET), DataFrame.of(table, names), options);
        return ForestCopy.of(forest.trees());
    }

    /**
     * An autoregression by the Yule-Walker equations. Needs {@link NativeBlas}.
     *
     * @param values at equal steps, without gaps
     * @param order number of lags
     */
    public static Autoregression autoregression(double[] values, int order) {
        AR model = AR.fit(values, order);
        // Smile gives y(t) - mean = sum of ar(i) (y(t-i) - mean) as an intercept and coefficients.
        return new Autoregression(model.intercept(), model.ar());
    }

    /**
     * A Gaussian process with a squared-exponential kernel. Needs {@link NativeBlas}.
     *
     * @param rows points, in units in which a distance of one means something
     * @param targets one per point
     * @param width of the kernel
     * @param noise variance of the noise as a share of the targets' variance
     */
    public static GaussianProcess process(
            double[][] rows, double[] targets, double width, double noise) {
        int inputs = rows[0].length;
        double mean = mean(targets);
        double size = deviation(targets, mean);
        double[] scaled = new double[targets.length];
        for (int i = 0; i < targets.length; i++) {
            scaled[i] = (targets[i] - mean) / size;
        }
        GaussianProcessRegression<double[]> model =
                GaussianProcessRegression.fit(
                        rows,
                        scaled,
                        new GaussianKernel(width),
                        new GaussianProcessRegression.Options(noise, false));
        double[] support = new double[rows.length * inputs];
        double[] weights = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(model.regressors[i], 0, support, i * inputs, inputs);
            weights[i] = model.w.get(i);
        }
        return new GaussianProcess(inputs, width, mean, size, support, weights);
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double deviation(double[] values, double mean) {
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        double deviation = Math.sqrt(squares / values.length);
        return deviation > 0 ? deviation : 1;
    }
}
