package dev.keelson.core.tenant;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a limit of the whole fleet is divided over gateways, so that no gateway has to ask another
 * for each request. Max-min fair by demand (water-filling, Bertsekas and Gallager, Data Networks,
 * §6.5.2): nobody gets more than it asks for while another gets less than it asks for and less than
 * that one. What nobody asks for is spread evenly, so that a new demand finds room. The shares of
 * all gateways together are the limit.
 */
public final class LimitShares {
    private LimitShares() {}

    /**
     * Fractions of the limit by gateway; their sum is 1, up to rounding.
     *
     * @param limit above 0
     * @param demand of each gateway, at least 0, in the limit's unit
     */
    public static SortedMap<String, Double> fractions(
            double limit, SortedMap<String, Double> demand) {
        double level = level(limit, demand);
        double given = 0;
        for (double wanted : demand.values()) {
            given += Math.min(wanted, level);
        }
        double spare = Math.max(0, limit - given) / demand.size();
        SortedMap<String, Double> fractions = new TreeMap<>();
        demand.forEach((gateway, wanted) ->
                fractions.put(gateway, (Math.min(wanted, level) + spare) / limit));
        return fractions;
    }

    /** Where the water stands: the most that a gateway gets. */
    private static double level(double limit, SortedMap<String, Double> demand) {
        double left = limit;
        int sharing = demand.size();
        for (double wanted : demand.values().stream().sorted().toList()) {
            if (wanted * sharing > left) {
                return left / sharing;
            }
            left -= wanted;
            sharing--;
        }
        return Double.POSITIVE_INFINITY;
    }

    /**
     * Whole shares whose sum is the limit, nearest to the {@link #fractions}: largest remainders
     * first, of equal ones the first gateway.
     */
    public static SortedMap<String, Integer> whole(int limit, SortedMap<String, Double> demand) {
        SortedMap<String, Integer> shares = new TreeMap<>();
        SortedMap<String, Double> remainders = new TreeMap<>();
        int left = limit;
        for (Map.Entry<String, Double> part : fractions(limit, demand).entrySet()) {
            double exact = part.getValue() * limit;
            int down = (int) Math.min(left, exact);
            shares.put(part.getKey(), down);
            remainders.put(part.getKey(), exact - down);
            left -= down;
        }
        for (; left > 0 && !shares.isEmpty(); left--) {
            String most = shares.firstKey();
            for (Map.Entry<String, Double> candidate : remainders.entrySet()) {
                if (candidate.getValue() > remainders.getOrDefault(most, 0.0)) {
                    most = candidate.getKey();
                }
            }
            shares.merge(most, 1, Integer::sum);
            remainders.merge(most, -1.0, Double::sum);
        }
        return shares;
    }
}
