package dev.keelson.serving.metrics;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one scrape of an engine said, in one schema for all engines. A metric that was not reported,
 * or reported as nonsense, is null and never 0.
 *
 * @param values known metrics only
 * @param problems values set aside in this scrape: NaN, infinite, negative, above 1 for a share, or
 *     a counter that fell
 * @param outcome how the reading ended
 */
public record EngineScrape(Map<EngineMetric, Double> values, int problems, ScrapeOutcome outcome) {
    public EngineScrape {
        values = values.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(values));
    }

    /** The value of a metric; null while unknown. */
    public @Nullable Double value(EngineMetric metric) {
        return values.get(metric);
    }

    public @Nullable Double running() {
        return value(EngineMetric.RUNNING);
    }

    public @Nullable Double waiting() {
        return value(EngineMetric.WAITING);
    }

    /** 0 to 1. */
    public @Nullable Double kvUse() {
        return value(EngineMetric.KV_USE);
    }

    public @Nullable Double promptTokensTotal() {
        return value(EngineMetric.PROMPT_TOKENS);
    }

    public @Nullable Double generationTokensTotal() {
        return value(EngineMetric.GENERATION_TOKENS);
    }

    /** Steps of the model. */
    public @Nullable Double stepsTotal() {
        return value(EngineMetric.STEPS);
    }

    public @Nullable Double preemptionsTotal() {
        return value(EngineMetric.PREEMPTIONS);
    }

    public @Nullable Double prefixQueriesTotal() {
        return value(EngineMetric.PREFIX_QUERIES);
    }

    public @Nullable Double prefixHitsTotal() {
        return value(EngineMetric.PREFIX_HITS);
    }

    public @Nullable Double succeededTotal() {
        return value(EngineMetric.SUCCEEDED);
    }

    /** Requests that the engine may compute at once, as it is set now. */
    public @Nullable Double places() {
        return value(EngineMetric.PLACES);
    }

    /** Whether the engine says that its model is not in memory. */
    public boolean asleep() {
        Double asleep = value(EngineMetric.ASLEEP);
        return asleep != null && asleep > 0;
    }
}
