package dev.keelson.simulator.baseline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The allocation of GPU types that AIBrix's optimizer computes (Melange): each slice of the load
 * goes to one type, a type needs whole GPUs for the sum of its slices' loads, and the price is
 * least. Exact, by branch and bound over the slices of equal load together.
 */
public final class Melange {
    private static final double EPSILON = 1e-9;

    /**
     * @param cost of one
     * @param loads share of one GPU that a slice of each class takes
     */
    public record Gpu(double cost, List<Double> loads) {
        public Gpu {
            loads = List.copyOf(loads);
        }
    }

    private final List<Gpu> gpus;
    private final int slices;
    private final List<Integer> classes;
    private final double[] leastAfter;
    private double best = Double.POSITIVE_INFINITY;
    private double[] bestLoads;

    private Melange(List<Gpu> gpus, int slices) {
        this.gpus = gpus;
        this.slices = slices;
        bestLoads = new double[gpus.size()];
        var order = new ArrayList<Integer>();
        for (int c = 0; c < gpus.getFirst().loads().size(); c++) {
            order.add(c);
        }
        order.sort(Comparator.comparingDouble((Integer c) -> -cheapest(c)));
        classes = List.copyOf(order);
        leastAfter = new double[classes.size() + 1];
        for (int i = classes.size() - 1; i >= 0; i--) {
            leastAfter[i] = leastAfter[i + 1] + slices * cheapest(classes.get(i));
        }
    }

    /** What one slice of a class costs at least, were GPUs divisible. */
    private double cheapest(int c) {
        return gpus.stream().mapToDouble(g -> g.cost() * g.loads().get(c)).min().orElse(0);
    }

    /**
     * The number of each type at the least price.
     *
     * @param slices into which each class of requests is cut
     */
    public static List<Integer> allocate(List<Gpu> gpus, int slices) {
        var search = new Melange(gpus, slices);
        search.place(0, new double[gpus.size()], 0, slices);
        return Arrays.stream(search.bestLoads).mapToObj(Melange::whole).toList();
    }

    /** Price of an allocation. */
    public static double cost(List<Gpu> gpus, List<Integer> counts) {
        double sum = 0;
        for (int i = 0; i < gpus.size(); i++) {
            sum += gpus.get(i).cost() * counts.get(i);
        }
        return sum;
    }

    private static int whole(double load) {
        return (int) Math.ceil(load - EPSILON);
    }

    /**
     * Gives {@code left} slices of the class at this place of the order to types from {@code g}.
     */
    private void place(int at, double[] loads, int g, int left) {
        if (at == classes.size()) {
            consider(loads);
            return;
        }
        if (bound(at, loads, left) >= best - EPSILON) {
            return;
        }
        if (g == gpus.size() - 1 || left == 0) {
            double before = loads[g];
            loads[g] += left * gpus.get(g).loads().get(classes.get(at));
            place(at + 1, loads, 0, slices);
            loads[g] = before;
            return;
        }
        for (int n = left; n >= 0; n--) {
            double before = loads[g];
            loads[g] += n * gpus.get(g).loads().get(classes.get(at));
            place(at, loads, g + 1, left - n);
            loads[g] = before;
        }
    }

    /** No completion costs less: what is begun is paid whole, what is to come as if divisible. */
    private double bound(int at, double[] loads, int left) {
        double paid = 0;
        double used = 0;
        for (int i = 0; i < loads.length; i++) {
            paid += gpus.get(i).cost() * whole(loads[i]);
            used += gpus.get(i).cost() * loads[i];
        }
        double open = leastAfter[at + 1] + left * cheapest(classes.get(at));
        return Math.max(paid, used + open);
    }

    private void consider(double[] loads) {
        double cost = 0;
        for (int i = 0; i < loads.length; i++) {
            cost += gpus.get(i).cost() * whole(loads[i]);
        }
        if (cost < best - EPSILON) {
            best = cost;
            bestLoads = loads.clone();
        }
    }
}
