package dev.keelson.forecaster.service;

import dev.keelson.forecaster.statistical.paths.ResidualPaths;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A method of the statistical pool with what followed its own earlier forecasts around it, as the
 * simulator's forecaster does it ({@link ResidualPaths}). After a start the newest origins of the
 * history are gone through once; they are told with a fit that has seen them, those after it are
 * not. Belongs to one series; not thread-safe.
 */
final class MethodMember implements PathMember {
    private static final int LEAST_ORIGINS = 12;

    /** Origins whose residuals make courses: with steps of 10 s, the last 40 minutes. */
    private static final int MOST_ORIGINS = 240;

    private final LocalMethod method;
    private final int season;
    private final int least;
    private final double[] unit;
    private ResidualPaths residuals = new ResidualPaths(1, 1);
    private LocalMethod.@Nullable Fit fit;
    private long anchor;
    private long fittedUntil;
    private int fittedOn;
    private long seenUntil;
    private double[] expected = new double[0];

    /**
     * @param season steps of the main period: the method is fitted anew so often
     * @param least steps of history that a forecast takes
     * @param unit what one request adds to a value
     */
    MethodMember(LocalMethod method, int season, int least, double unit) {
        this.method = method;
        this.season = season;
        this.least = least;
        this.unit = new double[] {unit};
    }

    @Override
    public String name() {
        return method.name();
    }

    @Override
    public double @Nullable [][] paths(double[] history, long first, int horizon, int paths) {
        long end = first + history.length;
        boolean begins = fit == null || end - seenUntil > MOST_ORIGINS + horizon;
        if (begins) {
            anchor = first;
            residuals = new ResidualPaths(horizon, MOST_ORIGINS);
            seenUntil = Math.max(first, end - MOST_ORIGINS - horizon);
        }
        // Phases stay where they are: what is known is cut at a whole season after the first step.
        int cut = (int) Math.floorMod(anchor - first, (long) season);
        int from = cut < history.length ? cut : 0;
        double[] known = Arrays.copyOfRange(history, from, history.length);
        if (begins || end - fittedUntil >= season || known.length >= 2 * fittedOn) {
            fit = method.fit(known, horizon);
            fittedUntil = end;
            fittedOn = known.length;
        }
        for (; seenUntil < end; seenUntil++) {
            follow(known, (int) (seenUntil + 1 - first) - from, horizon);
        }
        return expected.length == 0 || residuals.count() < LEAST_ORIGINS
                ? null
                : residuals.around(0, expected, unit[0]);
    }

    /** One step lands, and a forecast is made after it. */
    private void follow(double[] known, int length, int horizon) {
        if (length > 0) {
            residuals.land(new double[] {known[length - 1]});
        }
        double[] course =
                fit == null || length < least
                        ? new double[] {Double.NaN}
                        : fit.forecast(known, length, horizon);
        boolean isWhole = Arrays.stream(course).allMatch(Double::isFinite);
        expected = isWhole ? course : new double[0];
        if (isWhole) {
            for (int h = 0; h < horizon; h++) {
                course[h] = Math.max(0, course[h]);
            }
            residuals.open(new double[][] {course}, unit);
        }
    }
}
