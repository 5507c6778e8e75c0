package dev.keelson.forecaster.service;

import org.jspecify.annotations.Nullable;

/** One way to imagine what comes. */
interface PathMember {
    String name();

    /**
     * Courses of the steps after a history.
     *
     * @param history values at equal steps, NaN for gaps
     * @param first number of its first step since the epoch
     * @param horizon steps ahead
     * @param paths number of courses that are wanted
     * @return {@code [course][horizon]}, never negative, of any number of courses; null while the
     *     past says too little
     */
    double @Nullable [][] paths(double[] history, long first, int horizon, int paths);
}
