package dev.keelson.forecaster.learned.study;

/** One way to predict the next value as a distribution, over a stretch of a series. */
interface Member {
    String name();

    /**
     * Distributions of the steps {@code from} to {@code to - 1}, each from the values before it and
     * from what was learned before {@code learned}.
     *
     * @param task the series
     * @return {@code [to - from][Samples.COUNT]}, ascending; null where this member cannot be used
     */
    double[][] predict(Task task);

    /**
     * @param values one series without gaps
     * @param index of the series among all
     * @param season steps of the main period
     * @param learned values before this index may be learned from
     * @param from first predicted step
     * @param to step after the last
     */
    record Task(double[] values, int index, int season, int learned, int from, int to) {}
}
