package dev.keelson.simulator.scaling;

import dev.keelson.simulator.trace.DemandSeries;
import java.util.Arrays;
import java.util.List;

/**
 * A demand series and the rules of the game. A target decided at the end of tick t is ready at the
 * start of tick t + lead + 1; shrinking takes effect at once: the replicas of tick u are the least
 * of the targets from t = u - lead - 1 to u - 1. Replicas start at the first target, which is
 * decided at the end of the training part; only the ticks after it are scored. A tick costs x +
 * {@value #SHORTFALL} x max(0, d - x) + {@value #START} x (scale-up), x being its replicas and d
 * its demand.
 */
public final class ScalingProblem {
    public static final double SHORTFALL = 10;
    public static final double START = 0.5;
    public static final int MOST = 200;

    private static final double TRAINING_SHARE = 0.6;
    private static final double SCALE_REPLICAS = 40;
    private static final double SCALE_QUANTILE = 0.95;

    private final String name;
    private final double[] demand;
    private final int first;
    private final int lead;

    private ScalingProblem(String name, double[] demand, int first, int lead) {
        this.name = name;
        this.demand = demand;
        this.first = first;
        this.lead = lead;
    }

    /**
     * The first 60 % train; demand is scaled so that its 0.95 quantile of the training part is 40
     * replicas.
     */
    public static ScalingProblem of(DemandSeries series, int lead) {
        var raw = series.values().stream().mapToDouble(v -> v).toArray();
        int first = (int) (raw.length * TRAINING_SHARE);
        var sorted = Arrays.copyOf(raw, first);
        Arrays.sort(sorted);
        double at = (first - 1) * SCALE_QUANTILE;
        int below = (int) at;
        double p95 = sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
        var demand = Arrays.stream(raw).map(v -> v * SCALE_REPLICAS / p95).toArray();
        return new ScalingProblem(series.name(), demand, first, lead);
    }

    /** A problem of its own, for tests. */
    static ScalingProblem of(double[] demand, int first, int lead) {
        return new ScalingProblem("test", demand.clone(), first, lead);
    }

    public String name() {
        return name;
    }

    public int lead() {
        return lead;
    }

    /** The first tick that is scored; the target that it starts with is decided before it. */
    public int first() {
        return first;
    }

    public int ticks() {
        return demand.length;
    }

    double demand(int tick) {
        return demand[tick];
    }

    /** Replicas of a tick, given the targets decided at the ends of the ticks before it. */
    int replicas(int[] targets, int tick) {
        int replicas = MOST;
        for (int t = tick - lead - 1; t < tick; t++) {
            replicas = Math.min(replicas, targets[Math.max(first - 1, t)]);
        }
        return replicas;
    }

    /**
     * Ticks until each replica of the last target is ready if it stays wanted, ascending; 0 serves
     * the next tick.
     *
     * @param tick the target to be decided now is that of its end
     */
    List<Integer> readyIn(int[] targets, int tick) {
        int present = targets[tick - 1];
        var ready = new int[present];
        for (int k = 1; k <= present; k++) {
            int wantedFor = 0;
            while (wantedFor < lead && targets[Math.max(first - 1, tick - 1 - wantedFor)] >= k) {
                wantedFor++;
            }
            ready[k - 1] = lead - wantedFor;
        }
        Arrays.sort(ready);
        return Arrays.stream(ready).boxed().toList();
    }

    /**
     * What targets cost.
     *
     * @param targets by tick; those from {@code first() - 1} on count
     */
    Score score(int[] targets) {
        double cost = 0;
        double unserved = 0;
        double total = 0;
        double held = 0;
        int before = targets[first - 1];
        for (int u = first; u < demand.length; u++) {
            int x = replicas(targets, u);
            double missing = Math.max(0, demand[u] - x);
            cost += x + SHORTFALL * missing + START * Math.max(0, x - before);
            unserved += missing;
            total += demand[u];
            held += x;
            before = x;
        }
        return new Score(cost, unserved / total, held / (demand.length - first));
    }

    /**
     * @param unservedShare of the demand
     * @param meanReplicas ready, over the scored ticks
     */
    public record Score(double cost, double unservedShare, double meanReplicas) {}

    /**
     * The least cost of who knows the demand, under the same delays. The cost is a sum over rungs
     * (the k-th replica is there or not, and demand above k - 1 is its own), the replicas of a tick
     * are those wanted by all of the last lead + 1 targets, and so every rung is a dynamic
     * programme over how long it has been wanted: exact, O(ticks x rungs x lead).
     */
    public double clairvoyantCost() {
        double highest = 0;
        for (int u = first; u < demand.length; u++) {
            highest = Math.max(highest, demand[u]);
        }
        double cost = 0;
        for (int k = 0; k < MOST && k < highest; k++) {
            cost += rung(k);
        }
        for (int u = first; u < demand.length; u++) {
            cost += SHORTFALL * Math.max(0, demand[u] - MOST);
        }
        return cost;
    }

    private double rung(int k) {
        int states = lead + 2;
        var later = new double[states];
        for (int u = demand.length - 1; u >= first; u--) {
            double need = Math.min(1, Math.max(0, demand[u] - k));
            var now = new double[states];
            for (int wantedFor = 0; wantedFor < states; wantedFor++) {
                double wanted = later[Math.min(states - 1, wantedFor + 1)];
                double start = wantedFor == states - 2 && u < demand.length - 1 ? START : 0;
                now[wantedFor] =
                        (wantedFor == states - 1 ? 1 : SHORTFALL * need)
                                + Math.min(wanted + start, later[0]);
            }
            later = now;
        }
        return Math.min(later[0], later[states - 1]);
    }
}
