package dev.keelson.forecaster.statistical.paths;

import dev.keelson.core.demand.SamplePaths;
import java.util.Arrays;

/**
 * Sample paths by analogy: a ridge regression a step ahead tells what is expected of the ratio to
 * the recent level, and the moments of the past that looked most like the present (level against
 * recent peaks and against the season) tell how such expectations turned out: the residuals that
 * followed each make one path. So paths are joint over steps, and as bursty as the past was. It
 * knows only what it was shown. Mutable.
 */
public final class AnalogPaths {
    private static final int FEATURES = 7;
    private static final int DAYS = 14;
    private static final double SMALL_SHARE = 0.05;
    private static final int SAME_WEEKDAY = 3;
    private static final int INPUTS = 14;

    private final int day;
    private final int steps;
    private final int count;
    private final double levelSpeed;
    private final RidgeSteps regressions;
    private double[] values = new double[1_024];
    private double[] levels = new double[1_024];
    private double[] seasons = new double[1_024];
    private double[][] features = new double[1_024][];
    private double[] weights = new double[0];
    private double sum;
    private int seen;
    private int learned;
    private int solvedAt;

    /** Added to every ratio's halves, so that small counts make no large ratios. */
    private double small;

    /**
     * @param day steps of a day
     * @param steps of each path; less than a day
     * @param count paths
     * @param levelSpeed of the exponentially weighted mean that values are taken relative to
     */
    public AnalogPaths(int day, int steps, int count, double levelSpeed) {
        if (steps + 1 >= day) {
            throw new IllegalArgumentException(
                    "The paths' steps (%d) must be fewer than a day's (%d).".formatted(steps, day));
        }
        this.day = day;
        this.steps = steps;
        this.count = count;
        this.levelSpeed = levelSpeed;
        regressions = new RidgeSteps(steps, INPUTS);
        learned = day;
    }

    /** The next value, at least 0. */
    public void observe(double value) {
        if (seen == values.length) {
            values = Arrays.copyOf(values, 2 * seen);
            levels = Arrays.copyOf(levels, 2 * seen);
            features = Arrays.copyOf(features, 2 * seen);
        }
        values[seen] = value;
        levels[seen] =
                seen == 0 ? value : levels[seen - 1] + levelSpeed * (value - levels[seen - 1]);
        sum += value;
        seen++;
        if (weights.length > 0) {
            describe(seen - 1);
        }
    }

    /**
     * What may come.
     *
     * @throws IllegalStateException before three days were seen
     */
    public SamplePaths paths() {
        if (weights.length == 0) {
            learnScales();
        }
        learnLanded();
        int now = seen - 1;
        var nearest = nearest(now);
        var expected = new double[steps];
        for (int h = 0; h < steps; h++) {
            expected[h] = regressions.predict(h, inputs(now, h));
        }
        var paths = new double[nearest.length][steps];
        for (int k = 0; k < nearest.length; k++) {
            int then = nearest[k];
            for (int h = 0; h < steps; h++) {
                double residual = outcome(then, h) - regressions.predict(h, inputs(then, h));
                double ratio = StrictMath.exp(expected[h] + residual);
                paths[k][h] = Math.max(0, (levels[now] + small) * ratio - small);
            }
        }
        return SamplePaths.of(paths);
    }

    /** Every moment whose following steps have all been seen; solved anew once a day. */
    private void learnLanded() {
        for (; learned + steps < seen; learned++) {
            for (int h = 0; h < steps; h++) {
                regressions.learn(h, inputs(learned, h), outcome(learned, h));
            }
        }
        if (solvedAt == 0 || seen - solvedAt >= day) {
            solvedAt = seen;
            regressions.solve();
        }
    }

    /** Log of a later value against the level of a moment. */
    private double outcome(int t, int step) {
        return log(values[t + step + 1], levels[t]);
    }

    /** What the regression of one step is told of a moment; all of it was known then. */
    private double[] inputs(int t, int step) {
        var f = features[t];
        int later = t + step + 1;
        double yesterday = log(values[Math.max(0, later - day)], levels[t]);
        return new double[] {
            1,
            f[0],
            f[1],
            f[2],
            f[3],
            f[4],
            log(season(later), season(t)),
            log(season(later), levels[t]),
            log(values[Math.max(0, t - 1)], levels[t]),
            log(values[Math.max(0, t - 2)], levels[t]),
            log(values[Math.max(0, t - 4)], levels[t]),
            yesterday,
            later >= 7 * day ? log(values[later - 7 * day], levels[t]) : yesterday,
            f[6]
        };
    }

    /** Features count by their spread in what was seen until the first paths are asked for. */
    private void learnScales() {
        if (seen < 3 * day) {
            throw new IllegalStateException(
                    "Analogies need three days (%d steps); %d were seen.".formatted(3 * day, seen));
        }
        small = SMALL_SHARE * sum / seen;
        weights = new double[FEATURES];
        var mean = new double[FEATURES];
        var square = new double[FEATURES];
        for (int t = 0; t < seen; t++) {
            describe(t);
        }
        for (int t = day; t < seen; t++) {
            for (int i = 0; i < FEATURES; i++) {
                mean[i] += features[t][i] / (seen - day);
                square[i] += features[t][i] * features[t][i] / (seen - day);
            }
        }
        for (int i = 0; i < FEATURES; i++) {
            weights[i] = 1 / Math.max(1e-3, Math.sqrt(Math.max(0, square[i] - mean[i] * mean[i])));
        }
    }

    private void describe(int t) {
        double mean3 = 0;
        double most5 = 0;
        double most12 = 0;
        for (int i = 0; i < 12; i++) {
            double value = values[Math.max(0, t - i)];
            mean3 += i < 3 ? value / 3 : 0;
            most5 = i < 5 ? Math.max(most5, value) : most5;
            most12 = Math.max(most12, value);
        }
        double ahead = 0;
        for (int h = 1; h <= steps; h++) {
            ahead = Math.max(ahead, season(t + h));
        }
        features[t] =
                new double[] {
                    log(values[t], levels[t]),
                    log(most5, levels[t]),
                    log(mean3, levels[t]),
                    log(most12, levels[t]),
                    log(levels[t], season(t)),
                    log(ahead, season(t)),
                    StrictMath.log(levels[t] + small)
                };
    }

    private double ratio(double value, double to) {
        return (value + small) / (to + small);
    }

    private double log(double value, double to) {
        return StrictMath.log(ratio(value, to));
    }

    /** Mean of the same time of earlier days, the same weekday counting three times. */
    private double season(int t) {
        if (t < seasons.length && seasons[t] > 0) {
            return seasons[t] - 1;
        }
        double total = 0;
        double weight = 0;
        for (int j = 1; j <= DAYS && t - j * day >= 1; j++) {
            int u = t - j * day;
            double one = j % 7 == 0 ? SAME_WEEKDAY : 1;
            total += one * (values[u - 1] + 2 * values[u] + values[u + 1]) / 4;
            weight += one;
        }
        double mean = weight > 0 ? total / weight : sum / seen;
        if (weight > 0) {
            seasons = t < seasons.length ? seasons : Arrays.copyOf(seasons, 2 * t + 1);
            // Kept with 1 added: 0 stands for one that is not known yet.
            seasons[t] = mean + 1;
        }
        return mean;
    }

    /** The most similar moments whose following steps have all been seen. */
    private int[] nearest(int now) {
        int last = now - steps;
        int kept = Math.min(count, last - day + 1);
        var distances = new double[kept];
        var moments = new int[kept];
        Arrays.fill(distances, Double.POSITIVE_INFINITY);
        int worst = 0;
        for (int t = day; t <= last; t++) {
            double distance = distance(t, now, distances[worst]);
            if (distance < distances[worst]) {
                distances[worst] = distance;
                moments[worst] = t;
                for (int k = 0; k < kept; k++) {
                    worst = distances[k] > distances[worst] ? k : worst;
                }
            }
        }
        return moments;
    }

    private double distance(int then, int now, double enough) {
        double distance = 0;
        for (int i = 0; i < FEATURES && distance < enough; i++) {
            double difference = (features[then][i] - features[now][i]) * weights[i];
            distance += difference * difference;
        }
        return distance;
    }
}
