package dev.keelson.forecaster.service;

import dev.keelson.forecaster.statistical.pool.LocalMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A method applied to each group of requests, and the sum of what it says (QB5000's forecast by
 * clusters). It takes the groups' series in place of the values that it is asked with, which are
 * their sum. Silent while there are fewer than two groups: one is what the method says without
 * them. Belongs to one deployment; not thread-safe.
 */
final class GroupSum implements LocalMethod {
    private final LocalMethod method;
    private final RequestGroups groups;
    private List<Fit> fits = List.of();
    private int fittedTo;

    GroupSum(LocalMethod method, RequestGroups groups) {
        this.method = method;
        this.groups = groups;
    }

    @Override
    public String name() {
        return method.name() + "-by-groups";
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        refit(values.length, horizon);
        return this::forecast;
    }

    private void refit(int length, int horizon) {
        List<Fit> fresh = new ArrayList<>();
        for (double[] one : groups.series()) {
            fresh.add(method.fit(newest(one, length), horizon));
        }
        fits = fresh;
        fittedTo = groups.changes();
    }

    private double[] forecast(double[] values, int length, int horizon) {
        if (fittedTo != groups.changes() || fits.size() != groups.series().size()) {
            refit(values.length, horizon);
        }
        double[] sum = new double[horizon];
        if (!groups.areSeveral()) {
            Arrays.fill(sum, Double.NaN);
            return sum;
        }
        for (int i = 0; i < fits.size(); i++) {
            double[] series = newest(groups.series().get(i), values.length);
            double[] one = fits.get(i).forecast(series, length, horizon);
            for (int h = 0; h < horizon; h++) {
                sum[h] += Math.max(0, one[h]);
            }
        }
        return sum;
    }

    private static double[] newest(double[] series, int length) {
        return Arrays.copyOfRange(series, series.length - length, series.length);
    }
}
