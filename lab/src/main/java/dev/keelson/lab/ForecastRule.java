package dev.keelson.lab;

import dev.keelson.core.plan.ReplicaLadder;
import dev.keelson.forecaster.statistical.paths.AnalogPaths;
import dev.keelson.simulator.scaling.ScalingProblem;
import dev.keelson.simulator.scaling.TargetRule;
import java.util.ArrayList;
import java.util.List;

/**
 * Production's choice of a count, fed by sample paths of analogous moments, pooled over levels of
 * three speeds. Mutable.
 */
final class ForecastRule implements TargetRule {
    private static final List<Double> LEVEL_SPEEDS = List.of(0.05, 0.15, 0.45);
    private static final int PATHS = 200;
    private static final int BEYOND_LEAD = 6;

    private final int lead;
    private final ReplicaLadder.Prices prices;
    private final List<AnalogPaths> analogs;

    /**
     * @param day ticks of a day
     * @param shortfall what a unit of demand that is not served is taken to cost
     */
    ForecastRule(int lead, int day, double shortfall) {
        this.lead = lead;
        prices = new ReplicaLadder.Prices(1, 0, shortfall, ScalingProblem.START);
        analogs =
                LEVEL_SPEEDS.stream()
                        .map(speed -> new AnalogPaths(day, lead + BEYOND_LEAD, PATHS, speed))
                        .toList();
    }

    @Override
    public void observe(double demand) {
        analogs.forEach(a -> a.observe(demand));
    }

    @Override
    public int target(List<Integer> readyIn) {
        var demand = new ArrayList<double[]>();
        for (var each : analogs) {
            var paths = each.paths();
            for (var path : paths.paths()) {
                demand.add(path.stream().mapToDouble(v -> v).toArray());
            }
        }
        return ReplicaLadder.of(demand.toArray(double[][]::new), lead, ScalingProblem.MOST, prices)
                .choose(readyIn);
    }
}
