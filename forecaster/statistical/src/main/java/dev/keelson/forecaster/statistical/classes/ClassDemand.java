package dev.keelson.forecaster.statistical.classes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How often each class asked, step by step. A class that was not seen at an observed step asked
 * nothing; a step that was not observed is a gap of all classes. Mutable, one writer.
 */
public final class ClassDemand {
    private final SortedMap<RequestClass, double[]> counts = new TreeMap<>();
    private final SortedMap<RequestClass, Double> volumes = new TreeMap<>();
    private int steps;

    /**
     * Takes the next step.
     *
     * @param requests of each class, not negative; null for a gap
     */
    public void observe(@Nullable SortedMap<RequestClass, Double> requests) {
        if (requests != null) {
            requests.forEach(this::open);
        }
        for (var entry : counts.entrySet()) {
            double[] values = entry.getValue();
            if (values.length == steps) {
                values = Arrays.copyOf(values, 2 * steps + 16);
                entry.setValue(values);
            }
            values[steps] =
                    requests == null ? Double.NaN : requests.getOrDefault(entry.getKey(), 0.0);
        }
        steps++;
    }

    private void open(RequestClass one, double count) {
        if (!(count >= 0) || Double.isInfinite(count)) {
            throw new IllegalArgumentException(
                    "The requests of %s (%s) must be finite and not negative."
                            .formatted(one, count));
        }
        if (!counts.containsKey(one)) {
            double[] values = new double[steps + 16];
            // What came before its first request is zero, but a gap stays one.
            counts.values().stream()
                    .findFirst()
                    .ifPresent(known -> {
                        for (int step = 0; step < steps; step++) {
                            values[step] = Double.isNaN(known[step]) ? Double.NaN : 0;
                        }
                    });
            counts.put(one, values);
        }
        volumes.merge(one, count, Double::sum);
    }

    /** Steps so far, gaps included. */
    public int steps() {
        return steps;
    }

    /** The classes by requests so far, most first; the class's order breaks ties. */
    public List<RequestClass> classes() {
        var classes = new ArrayList<>(counts.keySet());
        classes.sort((a, b) -> Double.compare(volume(b), volume(a)));
        return List.copyOf(classes);
    }

    /** Requests of a class so far. */
    public double volume(RequestClass one) {
        return volumes.getOrDefault(one, 0.0);
    }

    /** The requests of a class in its newest steps, oldest first; NaN for gaps. */
    public double[] newest(RequestClass one, int most) {
        double[] values = counts.getOrDefault(one, new double[steps]);
        return Arrays.copyOfRange(values, Math.max(0, steps - most), steps);
    }

    /** The requests of several classes together, one per step; NaN for gaps. */
    public double[] sum(Collection<RequestClass> classes) {
        double[] sum = new double[steps];
        for (RequestClass one : classes) {
            double[] values = counts.getOrDefault(one, new double[steps]);
            for (int step = 0; step < steps; step++) {
                sum[step] += values[step];
            }
        }
        return sum;
    }
}
