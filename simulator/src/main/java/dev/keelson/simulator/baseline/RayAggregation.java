package dev.keelson.simulator.baseline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How Ray Serve makes one number of the gauges that its replicas and handles report: a step
 * function that is their sum, to the hundredth of a second, then mean, maximum or minimum over
 * time.
 */
public final class RayAggregation {
    public record Point(double at, double value) {}

    public enum Function {
        MEAN,
        MAX,
        MIN
    }

    private RayAggregation() {}

    public static double aggregate(List<List<Point>> gauges, double now, Function function) {
        var series = gauges.stream().filter(g -> !g.isEmpty()).toList();
        if (series.isEmpty()) {
            return 0;
        }
        var merged = series.size() == 1 ? series.getFirst() : merged(series);
        if (merged.isEmpty()) {
            return 0;
        }
        double from = merged.getFirst().at();
        if (series.size() > 1) {
            double complete =
                    series.stream().mapToDouble(s -> s.getFirst().at()).max().orElse(from);
            if (complete <= merged.getLast().at()) {
                from = Math.max(complete, from);
            }
        }
        double start = from;
        return switch (function) {
            case MEAN -> mean(merged, start, now);
            case MAX -> within(merged, start, series.size() > 1).max().orElse(0);
            case MIN -> within(merged, start, series.size() > 1).min().orElse(0);
        };
    }

    private static java.util.stream.DoubleStream within(
            List<Point> merged, double from, boolean bounded) {
        return merged.stream().filter(p -> !bounded || p.at() >= from).mapToDouble(Point::value);
    }

    private record Change(double at, int series, double value) {}

    private static List<Point> merged(List<List<Point>> series) {
        var changes = new ArrayList<Change>();
        for (int i = 0; i < series.size(); i++) {
            for (Point p : series.get(i)) {
                changes.add(new Change(p.at(), i, p.value()));
            }
        }
        changes.sort(
                Comparator.comparingDouble(Change::at)
                        .thenComparingInt(Change::series)
                        .thenComparingDouble(Change::value));
        var current = new double[series.size()];
        var merged = new ArrayList<Point>();
        for (Change c : changes) {
            if (c.value() == current[c.series()]) {
                continue;
            }
            current[c.series()] = c.value();
            double at = Math.floor(c.at() * 100 + 0.5) / 100;
            double sum = 0;
            for (double value : current) {
                sum += value;
            }
            if (!merged.isEmpty() && merged.getLast().at() == at) {
                merged.removeLast();
            }
            merged.add(new Point(at, sum));
        }
        return merged;
    }

    private static double mean(List<Point> merged, double from, double now) {
        double tail = now - merged.getLast().at();
        double to = merged.getLast().at() + (tail <= 0 ? 1e-3 : tail);
        double area = 0;
        for (int i = 0; i < merged.size(); i++) {
            double low = Math.max(merged.get(i).at(), from);
            double high = Math.min(i + 1 < merged.size() ? merged.get(i + 1).at() : to, to);
            if (high > low) {
                area += merged.get(i).value() * (high - low);
            }
        }
        return to > from ? area / (to - from) : 0;
    }
}
