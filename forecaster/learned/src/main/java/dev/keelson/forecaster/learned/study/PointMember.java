package dev.keelson.forecaster.learned.study;

import java.util.function.Function;
import java.util.function.IntToDoubleFunction;

/**
 * A point forecast with the errors of its last two seasons around it.
 *
 * @param name in tables
 * @param fit gives the point forecast of a step from what came before it
 */
record PointMember(String name, Function<Task, IntToDoubleFunction> fit) implements Member {
    @Override
    public double[][] predict(Task task) {
        IntToDoubleFunction point = fit.apply(task);
        int window = 2 * task.season();
        int begin = task.from() - window;
        double[] points = new double[task.to() - begin];
        for (int t = begin; t < task.to(); t++) {
            points[t - begin] = point.applyAsDouble(t);
        }
        double[][] result = new double[task.to() - task.from()][];
        for (int t = task.from(); t < task.to(); t++) {
            double[] around = new double[window];
            for (int j = 0; j < window; j++) {
                int past = t - 1 - j;
                around[j] = points[t - begin] + task.values()[past] - points[past - begin];
            }
            result[t - task.from()] = Samples.of(around);
        }
        return result;
    }
}
