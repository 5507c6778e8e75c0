package dev.keelson.core.plan;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * How many replicas to want now, from joint sample paths of the demand: a rolling horizon that is
 * planned anew at every step. Minimises the expected
 *
 * <pre>sum over steps of  replica x + shortfall max(0, d - x) + start (x - x_before)^+ + pending p
 * </pre>
 *
 * where x replicas are READY, p are starting and d is the demand in replicas; an order takes {@code
 * lead} steps, a drop acts at once. The sum is one over rungs: with n_k = min(1, max(0, d - (k -
 * 1))) the k-th replica alone decides between its own price and shortfall x E n_k, and the best
 * counts are nested. Later decisions will know what came until then: the paths form a scenario
 * lattice, each step's being grouped by the rank of the demand seen just before it, and every rung
 * is a dynamic programme over step, group and time until READY. With one path that is exact. Costs
 * O(paths x steps x log paths + log(rungs) x steps x lead x groups^2).
 */
public final class ReplicaLadder {
    /** Paths in a group: fewer would mistake one path's future for knowledge. */
    private static final int PATHS_PER_GROUP = 20;

    private static final int MOST_GROUPS = 5;

    private final double[][][] need;
    private final double[][] share;
    private final double[] meanDemand;
    private final double[][] demand;
    private final int[][] group;
    private final double[][][] next;
    private final int groups;
    private final int steps;
    private final int lead;
    private final Prices prices;

    /**
     * @param replica of one READY replica in one step
     * @param pending of one starting replica in one step
     * @param shortfall of one replica's worth of demand not served in one step
     * @param start of one more replica, when it gets READY
     */
    public record Prices(double replica, double pending, double shortfall, double start) {
        public Prices {
            if (!(replica > 0) || !(pending >= 0) || !(shortfall >= 0) || !(start >= 0)) {
                throw new IllegalArgumentException(
                        "The prices (replica %s, pending %s, shortfall %s, start %s) must not be negative."
                                .formatted(replica, pending, shortfall, start));
            }
        }
    }

    /**
     * What a count costs if it is held.
     *
     * @param cost replicas and expected shortfall a step
     * @param unserved expected share of the demand that is not served at once
     */
    public record Candidate(int replicas, double cost, double unserved) {}

    private ReplicaLadder(double[][] demand, int lead, int most, Prices prices) {
        this.lead = lead;
        this.prices = prices;
        steps = demand[0].length;
        meanDemand = means(demand);
        this.demand = demand;
        groups = Math.max(1, Math.min(MOST_GROUPS, demand.length / PATHS_PER_GROUP));
        group = groups(demand, groups);
        next = transitions(group, groups);
        share = shares();
        need = need(most);
    }

    /**
     * [step][path]: rank group of the demand of the step before; all paths are alike at first, and
     * those with the same demand stay together.
     */
    private static int[][] groups(double[][] demand, int groups) {
        int paths = demand.length;
        var group = new int[demand[0].length][paths];
        var sorted = new double[paths];
        for (int h = 1; h < group.length; h++) {
            for (int k = 0; k < paths; k++) {
                sorted[k] = demand[k][h - 1];
            }
            Arrays.sort(sorted);
            for (int first = 1; first < groups; first++) {
                double least = sorted[(first * paths + groups - 1) / groups];
                for (int k = 0; k < paths; k++) {
                    group[h][k] += demand[k][h - 1] >= least ? 1 : 0;
                }
            }
        }
        return group;
    }

    /** [step][group][group of the step after]: shares of the paths. */
    private static double[][][] transitions(int[][] group, int groups) {
        var next = new double[group.length - 1][groups][groups];
        for (int h = 0; h + 1 < group.length; h++) {
            var members = new int[groups];
            for (int g : group[h]) {
                members[g]++;
            }
            for (int k = 0; k < group[h].length; k++) {
                int g = group[h][k];
                next[h][g][group[h + 1][k]] += 1.0 / members[g];
            }
        }
        return next;
    }

    /**
     * @param demand in replicas: [path][step], all paths equally likely, of the same length; step 0
     *     begins now
     * @param lead steps until an order made now serves, at least 0
     * @param most replicas that may be wanted
     */
    public static ReplicaLadder of(double[][] demand, int lead, int most, Prices prices) {
        if (demand.length == 0 || demand[0].length <= lead) {
            throw new IllegalArgumentException(
                    "The demand needs a path of more than %d steps, since an order takes so many."
                            .formatted(lead));
        }
        return new ReplicaLadder(demand, lead, most, prices);
    }

    /**
     * [rung][step][group]: E min(1, max(0, d - rung)) of the group's paths, rung 0 being the first
     * replica.
     */
    private double[][][] need(int most) {
        var need = new double[most][steps][groups];
        var full = new double[most + 1][groups];
        for (int h = 0; h < steps; h++) {
            // Whole rungs are counted where they end and summed up from above.
            for (var row : full) {
                Arrays.fill(row, 0);
            }
            var members = new int[groups];
            for (int k = 0; k < demand.length; k++) {
                int g = group[h][k];
                members[g]++;
                double d = Math.max(0, demand[k][h]);
                int whole = (int) Math.min(most, d);
                full[whole][g]++;
                if (whole < most) {
                    need[whole][h][g] += d - whole;
                }
            }
            for (int g = 0; g < groups; g++) {
                double above = 0;
                for (int rung = most - 1; rung >= 0; rung--) {
                    above += full[rung + 1][g];
                    need[rung][h][g] = (above + need[rung][h][g]) / Math.max(1, members[g]);
                }
            }
        }
        return need;
    }

    /** [step][group]: shares of the paths. */
    private double[][] shares() {
        var shares = new double[steps][groups];
        for (int h = 0; h < steps; h++) {
            for (int g : group[h]) {
                shares[h][g] += 1.0 / demand.length;
            }
        }
        return shares;
    }

    /** E min(1, max(0, d - rung)) over all paths. */
    private double need(int rung, int step) {
        double sum = 0;
        for (int g = 0; g < groups; g++) {
            sum += share[step][g] * need[rung][step][g];
        }
        return sum;
    }

    private static double[] means(double[][] demand) {
        var means = new double[demand[0].length];
        for (var path : demand) {
            for (int h = 0; h < means.length; h++) {
                means[h] += Math.max(0, path[h]) / demand.length;
            }
        }
        return means;
    }

    /**
     * The count to want now.
     *
     * @param readyIn of each present replica, the steps until it is READY: 0 for one that is;
     *     ascending
     */
    public int choose(List<Integer> readyIn) {
        int present = Math.min(readyIn.size(), need.length);
        for (int from = 0; from < present; ) {
            int like = readyIn.get(from);
            int to = from + 1;
            while (to < present && readyIn.get(to) == like) {
                to++;
            }
            int wanted = firstNot(from, to, rung -> isWorthIt(rung, like));
            if (wanted < to) {
                return wanted;
            }
            from = to;
        }
        return firstNot(present, need.length, rung -> !isBeyondNeed(rung) && isWorthIt(rung, -1));
    }

    /**
     * By bisection: of rungs that are alike but for what is needed of them, none is worth it above
     * one that is not.
     */
    private static int firstNot(int from, int to, IntPredicate isWorthIt) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) / 2;
            if (isWorthIt.test(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean isBeyondNeed(int rung) {
        for (int h = 0; h < steps; h++) {
            if (need(rung, h) > 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Backwards over the steps, per group: {@code kept[r]} is what a rung is worth from this step
     * on when it is kept and serves in r steps (0: in this one, and was READY before), {@code
     * dropped} when it is not wanted in this step, and may be ordered again from the next one on.
     *
     * @param readyIn -1 for a replica that is not there
     */
    private boolean isWorthIt(int rung, int readyIn) {
        var later = new double[lead + 1][groups];
        var laterDropped = new double[groups];
        var needed = need[rung];
        for (int h = steps - 1; h >= 0; h--) {
            var kept = new double[lead + 1][groups];
            var dropped = new double[groups];
            for (int g = 0; g < groups; g++) {
                double gain = prices.shortfall() * needed[h][g] - prices.replica();
                kept[0][g] = gain + expected(h, g, later[0], laterDropped);
                for (int r = 1; r <= lead; r++) {
                    kept[r][g] =
                            -prices.pending() + expected(h, g, started(later, r - 1), laterDropped);
                }
                dropped[g] = expected(h, g, started(later, lead), laterDropped);
            }
            later = kept;
            laterDropped = dropped;
        }
        double keep = readyIn == 0 ? later[0][0] : started(later, readyIn < 0 ? lead : readyIn)[0];
        return keep > laterDropped[0];
    }

    /** Kept with so many steps to go; who gets READY pays for its start. */
    private double[] started(double[][] kept, int steps) {
        if (steps > 0) {
            return kept[steps];
        }
        var worth = kept[0].clone();
        for (int g = 0; g < groups; g++) {
            worth[g] -= prices.start();
        }
        return worth;
    }

    /** The better of two courses, decided when the next step's group is known. */
    private double expected(int h, int g, double[] one, double[] other) {
        if (h + 1 >= steps) {
            return 0;
        }
        double sum = 0;
        for (int to = 0; to < groups; to++) {
            sum += next[h][g][to] * Math.max(one[to], other[to]);
        }
        return sum;
    }

    /**
     * What it costs to have so many READY in every step from {@code from} on.
     *
     * @param from the first step that counts, such as the lead
     */
    public Candidate candidate(int replicas, int from) {
        double served = 0;
        double demand = 0;
        for (int h = from; h < steps; h++) {
            demand += meanDemand[h];
            for (int k = 0; k < Math.min(replicas, need.length); k++) {
                served += need(k, h);
            }
        }
        double unserved = Math.max(0, demand - served);
        double cost = prices.replica() * replicas + prices.shortfall() * unserved / (steps - from);
        return new Candidate(replicas, cost, demand <= 0 ? 0 : unserved / demand);
    }

    /** Steps looked ahead. */
    public int steps() {
        return steps;
    }

    /** Expected demand of a step, in replicas. */
    public double demand(int step) {
        return meanDemand[step];
    }
}
