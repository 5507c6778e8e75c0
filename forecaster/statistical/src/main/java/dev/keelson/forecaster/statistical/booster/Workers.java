package dev.keelson.forecaster.statistical.booster;

import java.util.List;
import java.util.function.Function;

/** Does independent tasks; how many at a time is the caller's, the results and their order not. */
public interface Workers {
    /** One result per task, in the order of the tasks. */
    <T, R> List<R> map(List<T> tasks, Function<T, R> function);

    /** One after the other on the caller's thread. */
    static Workers one() {
        return new Workers() {
            @Override
            public <T, R> List<R> map(List<T> tasks, Function<T, R> function) {
                return tasks.stream().map(function).toList();
            }
        };
    }
}
