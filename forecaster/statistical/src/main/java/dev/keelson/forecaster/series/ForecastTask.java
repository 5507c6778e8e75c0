package dev.keelson.forecaster.series;

import java.util.List;

/**
 * What is asked of a forecaster.
 *
 * @param horizon steps ahead
 * @param seasons periods in steps, shortest first; the first is the one that scores use; may be
 *     empty
 * @param levels quantile levels of the answer
 * @param seed of everything that is drawn
 */
public record ForecastTask(int horizon, List<Integer> seasons, Levels levels, long seed) {
    public ForecastTask {
        if (horizon < 1) {
            throw new IllegalArgumentException(
                    "The horizon (%d) must be at least 1 step.".formatted(horizon));
        }
        seasons = List.copyOf(seasons);
        for (int i = 0; i < seasons.size(); i++) {
            if (seasons.get(i) < 2 || (i > 0 && seasons.get(i) <= seasons.get(i - 1))) {
                throw new IllegalArgumentException(
                        "Seasons (%s) must be at least 2 steps and ascend.".formatted(seasons));
            }
        }
    }

    /** The shortest season, or 1 where there is none. */
    public int season() {
        return seasons.isEmpty() ? 1 : seasons.getFirst();
    }
}
