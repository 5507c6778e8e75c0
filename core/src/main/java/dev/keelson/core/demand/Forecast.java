package dev.keelson.core.demand;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is expected of one deployment's demand: joint sample paths over equal steps. Path k of every
 * indicator belongs to the same imagined course, so sums over indicators and steps keep how they
 * hang together. Quantiles are derived, see {@link SamplePaths}.
 *
 * @param origin end of the newest observation that went in, by the control plane's clock; step h
 *     covers [origin + h x step, origin + (h + 1) x step)
 * @param step length of one step
 * @param indicators rates per second, never negative; all with the same count of paths and steps
 */
public record Forecast(
        Instant origin, Duration step, SortedMap<Indicator, SamplePaths> indicators) {
    public Forecast {
        indicators = Collections.unmodifiableSortedMap(new TreeMap<>(indicators));
        if (step.isNegative() || step.isZero()) {
            throw new IllegalArgumentException(
                    "The step (%s) of a forecast must be positive.".formatted(step));
        }
        if (indicators.isEmpty()) {
            throw new IllegalArgumentException("A forecast must be of at least one indicator.");
        }
        var first = indicators.firstEntry();
        for (var e : indicators.entrySet()) {
            var paths = e.getValue();
            if (paths.count() != first.getValue().count()
                    || paths.steps() != first.getValue().steps()) {
                throw new IllegalArgumentException(
                        "The sample paths of %s (%d of %d steps) must match those of %s (%d of %d)."
                                .formatted(
                                        e.getKey(),
                                        paths.count(),
                                        paths.steps(),
                                        first.getKey(),
                                        first.getValue().count(),
                                        first.getValue().steps()));
            }
            if (paths.paths().stream().anyMatch(p -> p.stream().anyMatch(v -> v < 0))) {
                throw new IllegalArgumentException(
                        "A forecast of %s must not be negative.".formatted(e.getKey()));
            }
        }
    }

    /** Number of joint courses. */
    public int paths() {
        return indicators.firstEntry().getValue().count();
    }

    /** Number of steps ahead. */
    public int steps() {
        return indicators.firstEntry().getValue().steps();
    }

    /** End of the last step. */
    public Instant end() {
        return origin.plus(step.multipliedBy(steps()));
    }

    /** The sample paths of one indicator; null where it is not forecast. */
    public @Nullable SamplePaths of(Indicator indicator) {
        return indicators.get(indicator);
    }
}
