package dev.keelson.core.plan;

import java.util.List;

/**
 * How many replicas to want now, from sample paths of the demand: a rolling horizon that is planned
 * anew at every step. Minimises the expected
 *
 * <pre>sum over steps of  replica x + shortfall max(0, d - x) + start (x - x_before)^+ + pending p
 * </pre>
 *
 * where x replicas are READY, p are starting and d is the demand in replicas; an order takes {@code
 * lead} steps, a drop acts at once. The sum is one over rungs: with n_k = min(1, max(0, d - (k -
 * 1))) the k-th replica alone decides between its own price and shortfall x E n_k, and the best
 * counts are nested. So every rung is an exact dynamic programme of two states, and the whole costs
 * O(paths x steps + rungs x steps).
 */
public final class ReplicaLadder {
    private final double[][] need;
    private final double[] meanDemand;
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
        need = need(demand, most);
        meanDemand = means(demand);
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

    /** [rung][step]: E min(1, max(0, d - rung)), rung 0 being the first replica. */
    private static double[][] need(double[][] demand, int most) {
        var need = new double[most][demand[0].length];
        for (int h = 0; h < demand[0].length; h++) {
            // Whole rungs are counted where they end and summed up from above.
            var full = new double[most + 1];
            var part = new double[most + 1];
            for (var path : demand) {
                double d = Math.max(0, path[h]);
                int whole = (int) Math.min(most, d);
                full[whole]++;
                part[whole] += whole < most ? d - whole : 0;
            }
            double above = 0;
            for (int k = most - 1; k >= 0; k--) {
                above += full[k + 1];
                need[k][h] = (above + part[k]) / demand.length;
            }
        }
        return need;
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
        int wanted = 0;
        for (int k = 0; k < need.length; k++) {
            if (!isWorthIt(k, k < readyIn.size() ? readyIn.get(k) : -1)) {
                break;
            }
            wanted++;
        }
        return wanted;
    }

    /**
     * Backwards over the steps: what a rung is worth from step h on when it serves in it, and when
     * nothing was ordered before it.
     *
     * @param readyIn -1 for a replica that is not there
     */
    private boolean isWorthIt(int rung, int readyIn) {
        var serving = new double[steps + 2];
        var absent = new double[steps + 2];
        for (int h = steps - 1; h >= 0; h--) {
            double gain = prices.shortfall() * need[rung][h] - prices.replica();
            serving[h] = gain + Math.max(serving[h + 1], absent[h + 2]);
            absent[h] = Math.max(absent[h + 1], ordered(serving, h, lead));
        }
        double drop = absent[1];
        if (readyIn == 0) {
            return serving[0] > drop;
        }
        return ordered(serving, 0, readyIn < 0 ? lead : readyIn) > drop;
    }

    /** Worth of a replica that gets READY so many steps after step h. */
    private double ordered(double[] serving, int h, int after) {
        if (h + after >= steps) {
            return 0;
        }
        return serving[h + after] - prices.start() - prices.pending() * after;
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
                served += need[k][h];
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
