package dev.keelson.core.plan;

import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

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
 * counts are nested. Later decisions will know what came until then ({@link ScenarioLattice}), and
 * every rung is a dynamic programme over step, group and time until READY. With one path that is
 * exact. Costs O(paths x steps + rungs x steps + log(rungs) x steps x lead x groups^2).
 */
public final class ReplicaLadder {
    private final ScenarioLattice lattice;
    private final int lead;
    private final Prices prices;

    /** [rung]: what {@link #worth} found, null before it was asked. */
    private final boolean[] @Nullable [] worth;

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

    private ReplicaLadder(ScenarioLattice lattice, int lead, Prices prices) {
        this.lattice = lattice;
        this.lead = lead;
        this.prices = prices;
        worth = new boolean[lattice.rungs()][];
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
        return new ReplicaLadder(new ScenarioLattice(demand, most), lead, prices);
    }

    /**
     * The count to want now.
     *
     * @param readyIn of each present replica, the steps until it is READY: 0 for one that is;
     *     ascending
     */
    public int choose(List<Integer> readyIn) {
        int present = Math.min(readyIn.size(), lattice.rungs());
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
        return firstNot(
                present,
                lattice.rungs(),
                rung -> !lattice.isBeyondNeed(rung) && isWorthIt(rung, -1));
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

    /**
     * @param readyIn -1 for a replica that is not there
     */
    private boolean isWorthIt(int rung, int readyIn) {
        var found = worth[rung];
        if (found == null) {
            found = worth(lattice.needByGroup(rung));
            worth[rung] = found;
        }
        return found[readyIn < 0 ? lead + 1 : readyIn];
    }

    /**
     * Whether a rung is worth being kept, by the steps until it serves (0: it is READY), the last
     * one being for a replica that is not there. Backwards over the steps, per group: {@code
     * kept[r]} is what it is worth from this step on when it is kept and serves in r steps, {@code
     * dropped} when it is not wanted in this step, and may be ordered again from the next one on.
     */
    private boolean[] worth(double[] needed) {
        int groups = lattice.groups();
        int all = (lead + 1) * groups;
        var kept = new double[all];
        var dropped = new double[groups];
        // The better of two courses, decided when the next step's group is known.
        var better = new double[all];
        var betterReady = new double[groups];
        for (int h = lattice.steps() - 1; h >= 0; h--) {
            boolean last = h + 1 == lattice.steps();
            for (int g = 0; g < groups; g++) {
                betterReady[g] = larger(kept[g], dropped[g]);
            }
            for (int i = 0; i < all; i++) {
                better[i] =
                        larger(
                                i < groups ? kept[i] - prices.start() : kept[i],
                                dropped[i % groups]);
            }
            for (int g = 0; g < groups; g++) {
                double gain = prices.shortfall() * needed[h * groups + g] - prices.replica();
                kept[g] = last ? gain : gain + lattice.expected(h, g, betterReady, 0);
                for (int r = 1; r <= lead; r++) {
                    kept[r * groups + g] =
                            -prices.pending()
                                    + (last ? 0 : lattice.expected(h, g, better, (r - 1) * groups));
                }
                dropped[g] = last ? 0 : lattice.expected(h, g, better, lead * groups);
            }
        }
        var isWorthIt = new boolean[lead + 2];
        for (int r = 0; r <= lead; r++) {
            isWorthIt[r] = kept[r * groups] > dropped[0];
        }
        // Who gets READY pays for its start.
        isWorthIt[lead + 1] = kept[lead * groups] - (lead == 0 ? prices.start() : 0) > dropped[0];
        return isWorthIt;
    }

    private static double larger(double one, double other) {
        return one > other ? one : other;
    }

    /**
     * What it costs to have so many READY in every step from {@code from} on.
     *
     * @param from the first step that counts, such as the lead
     */
    public Candidate candidate(int replicas, int from) {
        double served = 0;
        double demand = 0;
        for (int h = from; h < lattice.steps(); h++) {
            demand += lattice.mean(h);
            for (int k = 0; k < Math.min(replicas, lattice.rungs()); k++) {
                served += lattice.need(k, h);
            }
        }
        double unserved = Math.max(0, demand - served);
        double cost =
                prices.replica() * replicas
                        + prices.shortfall() * unserved / (lattice.steps() - from);
        return new Candidate(replicas, cost, demand <= 0 ? 0 : unserved / demand);
    }

    /** Steps looked ahead. */
    public int steps() {
        return lattice.steps();
    }

    /** Expected demand of a step, in replicas. */
    public double demand(int step) {
        return lattice.mean(step);
    }
}
