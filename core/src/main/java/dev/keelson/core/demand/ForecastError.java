package dev.keelson.core.demand;

/**
 * How earlier forecasts of the same source turned out, over outcomes that have landed. Who has none
 * yet is warming up, and nobody acts on its forecasts.
 *
 * @param landed outcomes compared, each one step of one forecast
 * @param wape sum of |outcome - median| ÷ sum of |outcome|
 * @param bias sum of (median - outcome) ÷ sum of |outcome|; above 0 forecasts too much
 * @param coverage80 share of outcomes between the 0.1 and the 0.9 quantile
 * @param coverage95 share of outcomes between the 0.025 and the 0.975 quantile
 */
public record ForecastError(
        int landed, double wape, double bias, double coverage80, double coverage95) {
    public ForecastError {
        if (landed < 1) {
            throw new IllegalArgumentException(
                    "A forecast error needs at least one landed outcome (%d).".formatted(landed));
        }
    }
}
