package dev.keelson.simulator.world;

import java.util.ArrayList;
import java.util.List;

/** Sums over time: GPUs held, money, replicas. Mutable. */
final class Timeline {
    private static final int MOST_BINS = 240;
    private static final double SHORTEST_BIN = 10;

    private final double endSeconds;
    private final double binSeconds;
    private final int bins;
    private final double[] ready;
    private final double[] live;
    private final double[] cost;
    private final double[] seconds;
    private double gpuSeconds;
    private double spotGpuSeconds;
    private double money;

    Timeline(double endSeconds) {
        this.endSeconds = endSeconds;
        binSeconds = Math.max(SHORTEST_BIN, Math.ceil(endSeconds / MOST_BINS));
        bins = (int) Math.ceil(endSeconds / binSeconds);
        ready = new double[bins];
        live = new double[bins];
        cost = new double[bins];
        seconds = new double[bins];
    }

    /** The state holds for so long from now on; what lies behind the trace's end is not counted. */
    void second(
            double now,
            double length,
            double gpus,
            double spotGpus,
            double pricePerHour,
            int readyNow,
            int liveNow) {
        if (now >= endSeconds) {
            return;
        }
        double counted = Math.min(length, endSeconds - now);
        gpuSeconds += gpus * counted;
        spotGpuSeconds += spotGpus * counted;
        money += pricePerHour * counted / 3_600;
        int bin = Math.min(bins - 1, (int) (now / binSeconds));
        ready[bin] += readyNow * counted;
        live[bin] += liveNow * counted;
        seconds[bin] += counted;
        cost[bin] = money;
    }

    double endSeconds() {
        return endSeconds;
    }

    double binSeconds() {
        return binSeconds;
    }

    int bins() {
        return bins;
    }

    double gpuHours() {
        return gpuSeconds / 3_600;
    }

    double spotGpuHours() {
        return spotGpuSeconds / 3_600;
    }

    double cost() {
        return money;
    }

    List<RunResult.Point> points(Outcomes outcomes) {
        var points = new ArrayList<RunResult.Point>();
        for (int i = 0; i < bins; i++) {
            double length = Math.max(1e-9, seconds[i]);
            points.add(
                    new RunResult.Point(
                            i * binSeconds,
                            outcomes.arrivalsPerSecond(i),
                            ready[i] / length,
                            live[i] / length,
                            outcomes.attainment(i),
                            cost[i]));
        }
        return points;
    }
}
