package dev.keelson.simulator.baseline;

import java.util.Arrays;

/**
 * The cheapest replica counts for a demand that is known in advance: minimises, over all counts
 * within the bounds,
 *
 * <pre>sum of  replica x + shortfall max(0, d - x) + start max(0, x - x_before)</pre>
 *
 * by dynamic programming backwards in time. With known demand a start that takes time is only
 * ordered earlier, so delays do not enter. O(intervals x replicas).
 */
public final class ClairvoyantPlan {
    /**
     * @param replica of one replica in one interval
     * @param shortfall of one replica's worth of demand not served in one interval
     * @param start of one more replica
     */
    public record Prices(double replica, double shortfall, double start) {}

    private ClairvoyantPlan() {}

    /**
     * @param demand in replicas, by interval
     * @param before replicas before the first interval; negative when the first count is free
     */
    public static int[] counts(
            double[] demand, int before, int minReplicas, int maxReplicas, Prices prices) {
        int width = maxReplicas - minReplicas + 1;
        int length = demand.length;
        var choice = new int[length][width];
        var future = new double[width];
        var first = new double[width];
        for (int t = length - 1; t >= 0; t--) {
            var total = new double[width];
            for (int i = 0; i < width; i++) {
                total[i] = interval(demand[t], minReplicas + i, prices) + future[i];
            }
            first = total;
            future = bestFrom(total, choice[t], prices.start());
        }
        var counts = new int[length];
        int previous = before < 0 ? argMin(first) : before - minReplicas;
        for (int t = 0; t < length; t++) {
            int from = Math.max(0, Math.min(width - 1, previous));
            previous = t == 0 && before < 0 ? previous : choice[t][from];
            counts[t] = minReplicas + previous;
        }
        return counts;
    }

    /** min over x of total(x) + start max(0, x - previous), for every previous; notes the x. */
    private static double[] bestFrom(double[] total, int[] choice, double start) {
        int width = total.length;
        var best = new double[width];
        int lowest = 0;
        for (int i = 0; i < width; i++) {
            lowest = total[i] < total[lowest] ? i : lowest;
            best[i] = total[lowest];
            choice[i] = lowest;
        }
        int grown = width - 1;
        for (int i = width - 1; i >= 0; i--) {
            if (total[i] + start * i <= total[grown] + start * grown) {
                grown = i;
            }
            double up = total[grown] + start * (grown - i);
            if (up < best[i]) {
                best[i] = up;
                choice[i] = grown;
            }
        }
        return best;
    }

    private static int argMin(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] < values[best] ? i : best;
        }
        return best;
    }

    private static double interval(double demand, int replicas, Prices prices) {
        return prices.replica() * replicas + prices.shortfall() * Math.max(0, demand - replicas);
    }

    /** What counts cost; the first start from {@code before}, or free when it is negative. */
    public static double cost(double[] demand, int before, int[] counts, Prices prices) {
        double sum = 0;
        int previous = before < 0 ? counts[0] : before;
        for (int t = 0; t < counts.length; t++) {
            sum += interval(demand[t], counts[t], prices);
            sum += prices.start() * Math.max(0, counts[t] - previous);
            previous = counts[t];
        }
        return sum;
    }

    /** Highest count, for reports. */
    public static int highest(int[] counts) {
        return Arrays.stream(counts).max().orElse(0);
    }
}
