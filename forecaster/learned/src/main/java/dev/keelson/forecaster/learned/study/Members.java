package dev.keelson.forecaster.learned.study;

import dev.keelson.forecaster.learned.network.DeepAr;
import dev.keelson.forecaster.learned.plain.Autoregression;
import dev.keelson.forecaster.learned.plain.GaussianProcess;
import dev.keelson.forecaster.learned.plain.StepFeatures;
import dev.keelson.forecaster.learned.smile.LevelForest;
import dev.keelson.forecaster.learned.smile.SmileTrainer;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** The members of the study's pool. */
final class Members {
    private static final int MOST_POINTS = 400;

    private Members() {}

    static Member last() {
        return new PointMember("last value", task -> t -> task.values()[t - 1]);
    }

    static Member smoothed(double rate) {
        return new PointMember(
                "exponential smoothing " + rate,
                task -> {
                    double[] values = task.values();
                    double[] smooth = new double[values.length + 1];
                    smooth[0] = values[0];
                    for (int t = 0; t < values.length; t++) {
                        smooth[t + 1] = smooth[t] + rate * (values[t] - smooth[t]);
                    }
                    return t -> smooth[t];
                });
    }

    static Member seasonal() {
        return new PointMember(
                "same time yesterday", task -> t -> task.values()[t - task.season()]);
    }

    static Member mean(int window) {
        return new PointMember(
                "mean of " + window,
                task ->
                        t -> {
                            double sum = 0;
                            for (int j = 1; j <= window; j++) {
                                sum += task.values()[t - j];
                            }
                            return sum / window;
                        });
    }

    /** The last values themselves as the distribution of the next one. */
    static Member window(int window) {
        return new Member() {
            @Override
            public String name() {
                return "last " + window + " values";
            }

            @Override
            public double[][] predict(Task task) {
                double[][] result = new double[task.to() - task.from()][];
                for (int t = task.from(); t < task.to(); t++) {
                    result[t - task.from()] =
                            Samples.of(Arrays.copyOfRange(task.values(), t - window, t));
                }
                return result;
            }
        };
    }

    static Member autoregression(int order) {
        return new PointMember(
                "AR(" + order + "), Smile",
                task -> {
                    if (isFlat(task)) {
                        return t -> task.values()[t - 1];
                    }
                    Autoregression model =
                            SmileTrainer.autoregression(
                                    Arrays.copyOf(task.values(), task.learned()), order);
                    return t -> model.predict(task.values(), t);
                });
    }

    static Member forest(int trees, long seed) {
        return new PointMember("random forest, Smile", task -> forest(task, trees, seed));
    }

    private static IntToDoubleFunction forest(Task task, int trees, long seed) {
        double[] values = task.values();
        if (isFlat(task)) {
            return t -> values[t - 1];
        }
        var forest =
                LevelForest.train(
                        new StepFeatures(task.season()), values, task.learned(), trees, seed);
        return t -> forest.predict(values, t);
    }

    /** A Gaussian process on the last six values, relative to their level. */
    static Member process() {
        return new PointMember("Gaussian process, Smile", Members::process);
    }

    private static IntToDoubleFunction process(Task task) {
        double[] values = task.values();
        if (isFlat(task)) {
            return t -> values[t - 1];
        }
        double size = deviation(values, task.learned());
        int from = task.learned() - MOST_POINTS;
        double[][] rows = new double[MOST_POINTS][];
        double[] targets = new double[MOST_POINTS];
        for (int t = from; t < task.learned(); t++) {
            rows[t - from] = point(values, t, size);
            targets[t - from] = (values[t] - StepFeatures.level(values, t)) / size;
        }
        GaussianProcess model = SmileTrainer.process(rows, targets, 2, .5);
        return t -> StepFeatures.level(values, t) + size * model.predict(point(values, t, size));
    }

    private static double[] point(double[] values, int t, double size) {
        double level = StepFeatures.level(values, t);
        double[] point = new double[6];
        for (int j = 0; j < point.length; j++) {
            point[j] = (values[t - 1 - j] - level) / size;
        }
        return point;
    }

    static Member deepAr(DeepAr model, long seed) {
        return new Member() {
            @Override
            public String name() {
                return "DeepAR, DJL";
            }

            @Override
            public double[][] predict(Task task) {
                double[][] drawn =
                        model.oneStep(
                                task.values(),
                                task.season(),
                                0,
                                task.from(),
                                task.to(),
                                task.season() / 4,
                                Samples.COUNT,
                                seed + task.index());
                for (double[] sample : drawn) {
                    Arrays.sort(sample);
                }
                return drawn;
            }
        };
    }

    /** Nothing can be fitted to a constant. */
    static boolean isFlat(Task task) {
        return deviation(task.values(), task.learned()) < 1e-12;
    }

    private static double deviation(double[] values, int to) {
        double mean = Arrays.stream(values, 0, to).average().orElse(0);
        double squares = 0;
        for (int t = 0; t < to; t++) {
            squares += (values[t] - mean) * (values[t] - mean);
        }
        return Math.sqrt(squares / to);
    }
}
