package dev.keelson.serving.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the scrapes of one engine process into {@link EngineScrape}s and remembers its counters, so
 * that one that falls is noticed. Not thread-safe: one per engine, one scrape at a time.
 */
public final class EngineScraper {
    private final EngineMetricNames names;
    private final ScrapeLimits limits;
    private final Map<String, List<MetricRule>> wanted = new HashMap<>();
    private final Map<EngineMetric, Double> lastCounters = new EnumMap<>(EngineMetric.class);

    public EngineScraper(EngineMetricNames names, ScrapeLimits limits) {
        this.names = names;
        this.limits = limits;
        for (List<MetricRule> rules : names.rules().values()) {
            for (MetricRule rule : rules) {
                wanted.computeIfAbsent(rule.name(), _ -> new ArrayList<>()).add(rule);
            }
        }
    }

    /**
     * Reads one scrape. @throws IOException where the stream fails; the memory of counters is then
     * unchanged
     */
    public EngineScrape read(InputStream in) throws IOException {
        Map<MetricRule, Merged> found = new HashMap<>();
        ScrapeOutcome outcome = PrometheusText.read(in, limits, sample -> collect(sample, found));
        Map<EngineMetric, Double> values = new EnumMap<>(EngineMetric.class);
        int problems = 0;
        for (var entry : names.rules().entrySet()) {
            @Nullable Merged merged = firstPresent(entry.getValue(), found);
            if (merged == null) {
                continue;
            }
            problems += merged.rejected;
            Double value = merged.value();
            if (value == null) {
                continue;
            }
            if (entry.getKey().kind() == EngineMetric.Kind.COUNTER && fell(entry.getKey(), value)) {
                problems++;
            } else {
                values.put(entry.getKey(), value);
            }
        }
        return new EngineScrape(values, problems, outcome);
    }

    /** A fallen counter is set aside once; the next scrape counts on from the new value. */
    private boolean fell(EngineMetric metric, double value) {
        Double before = lastCounters.put(metric, value);
        return before != null && value < before;
    }

    private void collect(MetricSample sample, Map<MetricRule, Merged> found) {
        List<MetricRule> rules = wanted.get(sample.name());
        if (rules == null) {
            return;
        }
        for (MetricRule rule : rules) {
            if (rule.covers(sample)) {
                found.computeIfAbsent(rule, r -> new Merged(r, kindOf(r))).add(sample.value());
            }
        }
    }

    private EngineMetric.Kind kindOf(MetricRule rule) {
        for (var entry : names.rules().entrySet()) {
            if (entry.getValue().contains(rule)) {
                return entry.getKey().kind();
            }
        }
        throw new IllegalStateException("No metric has the rule for %s.".formatted(rule.name()));
    }

    private static @Nullable Merged firstPresent(
            List<MetricRule> rules, Map<MetricRule, Merged> found) {
        for (MetricRule rule : rules) {
            Merged merged = found.get(rule);
            if (merged != null) {
                return merged;
            }
        }
        return null;
    }

    /** The series of one rule so far. */
    private static final class Merged {
        private final MetricRule rule;
        private final EngineMetric.Kind kind;
        private double value;
        private int accepted;
        private int rejected;

        Merged(MetricRule rule, EngineMetric.Kind kind) {
            this.rule = rule;
            this.kind = kind;
        }

        void add(double next) {
            if (!kind.accepts(next)) {
                rejected++;
                return;
            }
            accepted++;
            value =
                    switch (rule.merge()) {
                        case SUM -> value + next;
                        case MAX -> Math.max(value, next);
                    };
        }

        /**
         * Null where nothing usable was read; a sum with a part missing is unknown too, not
         * smaller.
         */
        @Nullable Double value() {
            boolean partial = rejected > 0 && rule.merge() == MetricRule.Merge.SUM;
            return accepted == 0 || partial ? null : value;
        }
    }
}
