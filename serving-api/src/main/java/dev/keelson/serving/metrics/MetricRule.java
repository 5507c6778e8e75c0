package dev.keelson.serving.metrics;

import java.util.Map;
import java.util.Set;

/**
 * Where one engine metric is found in a scrape.
 *
 * @param name the engine's metric name
 * @param merge how several series of that name, such as one per data-parallel rank, become one
 *     value
 * @param excluded series to leave out: label name to its values that do not count
 */
public record MetricRule(String name, Merge merge, Map<String, Set<String>> excluded) {
    /** How several series become one. */
    public enum Merge {
        SUM,
        /** For shares: the fullest rank is the one that refuses work first. */
        MAX
    }

    public MetricRule {
        excluded = Map.copyOf(excluded);
    }

    static MetricRule sum(String name) {
        return new MetricRule(name, Merge.SUM, Map.of());
    }

    static MetricRule max(String name) {
        return new MetricRule(name, Merge.MAX, Map.of());
    }

    MetricRule without(String label, String... values) {
        return new MetricRule(name, merge, Map.of(label, Set.of(values)));
    }

    boolean covers(MetricSample sample) {
        for (var exclusion : excluded.entrySet()) {
            String value = sample.labels().get(exclusion.getKey());
            if (value != null && exclusion.getValue().contains(value)) {
                return false;
            }
        }
        return true;
    }
}
