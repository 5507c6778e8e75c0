package dev.keelson.forecaster.service;

import dev.keelson.forecaster.learned.plain.Autoregression;
import dev.keelson.forecaster.learned.plain.StepFeatures;
import dev.keelson.forecaster.learned.smile.LevelForest;
import dev.keelson.forecaster.learned.smile.NativeBlas;
import dev.keelson.forecaster.learned.smile.SmileTrainer;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Smile's learners as methods that are trained where they are fitted, each step from its own
 * predictions of those before it; gaps are filled with the value before. Only {@link PoolStudy}
 * asks them: what they are worth is in docs/benchmarks.md.
 */
final class SmileMethods {
    private static final int ORDER = 12;
    private static final int TREES = 50;

    private SmileMethods() {}

    /** Those that this machine can train. */
    static List<LocalMethod> all(int season) {
        List<LocalMethod> methods = new ArrayList<>();
        if (new NativeBlas().isPresent()) {
            methods.add(new Linear());
        }
        methods.add(new Trees(new StepFeatures(season)));
        return methods;
    }

    /** An autoregression by the Yule-Walker equations. */
    private record Linear() implements LocalMethod {
        @Override
        public String name() {
            return "autoregression, Smile";
        }

        @Override
        public Fit fit(double[] values, int horizon) {
            double[] known = filled(values, values.length);
            if (known.length < 4 * ORDER) {
                return SmileMethods::silent;
            }
            Autoregression model = SmileTrainer.autoregression(known, ORDER);
            return (past, length, steps) -> onwards(past, length, steps, ORDER, model::predict);
        }
    }

    /** A random forest on what is known a step before. */
    private record Trees(StepFeatures features) implements LocalMethod {
        @Override
        public String name() {
            return "random forest, Smile";
        }

        @Override
        public Fit fit(double[] values, int horizon) {
            double[] known = filled(values, values.length);
            if (known.length < StepFeatures.LEAST_HISTORY + 30) {
                return SmileMethods::silent;
            }
            var forest = LevelForest.train(features, known, known.length, TREES, 1);
            return (past, length, steps) ->
                    onwards(past, length, steps, StepFeatures.LEAST_HISTORY, forest::predict);
        }
    }

    /** What follows the values before an index. */
    private interface OneStep {
        double predict(double[] values, int t);
    }

    private static double[] onwards(
            double[] values, int length, int horizon, int least, OneStep step) {
        double[] known = filled(values, length);
        if (known.length < least) {
            return silent(values, length, horizon);
        }
        double[] path = Arrays.copyOf(known, length + horizon);
        for (int t = length; t < path.length; t++) {
            path[t] = Math.max(0, step.predict(path, t));
        }
        return Arrays.copyOfRange(path, length, path.length);
    }

    private static double[] silent(double[] values, int length, int horizon) {
        double[] result = new double[horizon];
        Arrays.fill(result, Double.NaN);
        return result;
    }

    /** The first values without gaps; empty where none is known. */
    private static double[] filled(double[] values, int length) {
        double[] filled = Arrays.copyOf(values, length);
        int known = 0;
        while (known < length && Double.isNaN(filled[known])) {
            known++;
        }
        if (known == length) {
            return new double[0];
        }
        Arrays.fill(filled, 0, known, filled[known]);
        for (int t = known + 1; t < length; t++) {
            filled[t] = Double.isNaN(filled[t]) ? filled[t - 1] : filled[t];
        }
        return filled;
    }
}
