package dev.keelson.forecaster.service;

import dev.keelson.exchange.kafka.DemandFeed.ClassArrivals;
import dev.keelson.forecaster.statistical.classes.ClassDemand;
import dev.keelson.forecaster.statistical.classes.RequestClass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One deployment's requests by class, step by step. Of no more than 32 classes is anything kept: at
 * the next new one those that asked least are forgotten down to 16, and their requests are of no
 * class from then on. Not thread-safe.
 */
final class ClassHistory {
    private static final int MOST = 32;
    private static final int LEFT = 16;

    private final String deployment;
    private final Map<RequestClass, Integer> columns = new LinkedHashMap<>();
    private final TreeMap<Long, float[]> steps = new TreeMap<>();

    ClassHistory(String deployment) {
        this.deployment = deployment;
    }

    /** Takes what is known of a step; it replaces what was there. */
    void take(long step, List<ClassArrivals> arrivals) {
        for (ClassArrivals one : arrivals) {
            column(classOf(one));
        }
        float[] counts = new float[columns.size()];
        for (ClassArrivals one : arrivals) {
            Integer column = columns.get(classOf(one));
            // It may have been the least of those that came with it.
            if (column != null) {
                counts[column] += one.arrivals();
            }
        }
        steps.put(step, counts);
    }

    private RequestClass classOf(ClassArrivals one) {
        return new RequestClass(
                deployment,
                one.tenant(),
                RequestClass.bucket(Math.max(0, one.promptBelow() - 1)),
                RequestClass.UNKNOWN);
    }

    private void column(RequestClass one) {
        if (!columns.containsKey(one)) {
            if (columns.size() == MOST) {
                fold();
            }
            columns.put(one, columns.size());
        }
    }

    /** Forgets the classes that asked least. */
    private void fold() {
        Map<RequestClass, Double> volumes = volumes();
        List<RequestClass> left =
                columns.keySet().stream()
                        .sorted(
                                Comparator.comparingDouble((RequestClass one) ->
                                                -volumes.getOrDefault(one, 0.0))
                                        .thenComparing(Comparator.naturalOrder()))
                        .limit(LEFT)
                        .toList();
        int[] from = left.stream().mapToInt(one -> columns.getOrDefault(one, 0)).toArray();
        steps.replaceAll((step, counts) -> {
            float[] folded = new float[from.length];
            for (int i = 0; i < from.length; i++) {
                folded[i] = at(counts, from[i]);
            }
            return folded;
        });
        columns.clear();
        left.forEach(one -> columns.put(one, columns.size()));
    }

    private static float at(float[] counts, int column) {
        return column < counts.length ? counts[column] : 0;
    }

    /** Forgets the steps until one, that one too. */
    void forgetThrough(long step) {
        steps.headMap(step, true).clear();
    }

    /** Requests of each class in all steps that are kept. */
    Map<RequestClass, Double> volumes() {
        double[] sums = new double[columns.size()];
        for (float[] counts : steps.values()) {
            for (int i = 0; i < counts.length; i++) {
                sums[i] += counts[i];
            }
        }
        var volumes = new TreeMap<RequestClass, Double>();
        columns.forEach((one, column) -> volumes.put(one, sums[column]));
        return volumes;
    }

    /** The demand of all classes in slots of several steps; a slot without a step is a gap. */
    ClassDemand slots(long first, int length, int width) {
        List<RequestClass> classes = new ArrayList<>(columns.keySet());
        var demand = new ClassDemand();
        for (int slot = 0; slot < length / width; slot++) {
            long from = first + (long) slot * width;
            var counts = new TreeMap<RequestClass, Double>();
            for (float[] step : steps.subMap(from, from + width).values()) {
                for (int i = 0; i < step.length; i++) {
                    counts.merge(classes.get(i), (double) step[i], Double::sum);
                }
            }
            demand.observe(counts.isEmpty() ? null : counts);
        }
        return demand;
    }

    /** Requests of several classes together in each of some steps; NaN for gaps. */
    double[] sum(Collection<RequestClass> classes, long first, int length) {
        int[] of = classes.stream().filter(columns::containsKey).mapToInt(columns::get).toArray();
        double[] sum = new double[length];
        Arrays.fill(sum, Double.NaN);
        steps.subMap(first, first + length)
                .forEach((step, counts) -> {
                    double all = 0;
                    for (int column : of) {
                        all += at(counts, column);
                    }
                    sum[(int) (step - first)] = all;
                });
        return sum;
    }
}
