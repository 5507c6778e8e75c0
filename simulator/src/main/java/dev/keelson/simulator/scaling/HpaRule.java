package dev.keelson.simulator.scaling;

import java.util.ArrayDeque;
import java.util.List;

/** Kubernetes' rule: ceil(most of the last 5 ticks / target). Mutable. */
public final class HpaRule implements TargetRule {
    private static final int WINDOW = 5;

    private final double target;
    private final ArrayDeque<Double> recent = new ArrayDeque<>();

    /**
     * @param target utilisation, 0.7 in the comparison
     */
    public HpaRule(double target) {
        this.target = target;
    }

    @Override
    public void observe(double demand) {
        recent.addLast(demand);
        if (recent.size() > WINDOW) {
            recent.removeFirst();
        }
    }

    @Override
    public int target(List<Integer> readyIn) {
        double most = 0;
        for (double d : recent) {
            most = Math.max(most, d);
        }
        return (int) Math.min(ScalingProblem.MOST, Math.ceil(most / target - 1e-9));
    }
}
