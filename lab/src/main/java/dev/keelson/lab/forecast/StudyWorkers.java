package dev.keelson.lab.forecast;

import dev.keelson.forecaster.statistical.booster.Workers;
import dev.keelson.lab.OrderedTasks;
import java.util.List;
import java.util.function.Function;

/** Some threads; the results come in the order of the tasks and do not depend on how many. */
record StudyWorkers(int threads) implements Workers {
    @Override
    public <T, R> List<R> map(List<T> tasks, Function<T, R> function) {
        return OrderedTasks.map(threads, tasks, function);
    }
}
