package dev.keelson.simulator.baseline;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * SkyServe's dynamic fallback placer: preempted locations are avoided until fewer than two are
 * left; the cheapest unused one is taken. Mutable.
 */
public final class SpotPlacer {
    private final List<Double> costs;
    private final TreeSet<Integer> active = new TreeSet<>();

    /**
     * @param costs price of each location
     */
    public SpotPlacer(List<Double> costs) {
        this.costs = List.copyOf(costs);
        activateAll();
    }

    private void activateAll() {
        for (int i = 0; i < costs.size(); i++) {
            active.add(i);
        }
    }

    public int select(Collection<Integer> inUse) {
        var unused = active.stream().filter(i -> !inUse.contains(i)).toList();
        return (unused.isEmpty() ? List.copyOf(active) : unused)
                .stream().min(Comparator.comparingDouble(costs::get)).orElseThrow();
    }

    public void preempted(int location) {
        active.remove(location);
        if (active.size() < 2) {
            activateAll();
        }
    }

    public void launched(int location) {
        active.add(location);
    }

    public SortedSet<Integer> active() {
        return new TreeSet<>(active);
    }
}
