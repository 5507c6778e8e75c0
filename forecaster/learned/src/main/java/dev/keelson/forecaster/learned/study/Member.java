package dev.keelson.forecaster.learned.study;

/** One way to predict the next value as a distribution, over a stretch of a series. */
interface Member {
    String name();

    /**
     * Distributions of the task's steps, each from the values before it and from what was learned
     * before the task's bound.
     *
     * @return {@code [to - from][Samples.COUNT]}, ascending
     */
    double[][] predict(Task task);
}
