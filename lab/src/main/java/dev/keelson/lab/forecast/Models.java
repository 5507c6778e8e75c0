package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.ForecastModel;
import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.statistical.booster.Workers;
import dev.keelson.forecaster.statistical.global.GlobalBooster;
import dev.keelson.forecaster.statistical.global.MixedModel;
import dev.keelson.forecaster.statistical.pool.Arima;
import dev.keelson.forecaster.statistical.pool.Drift;
import dev.keelson.forecaster.statistical.pool.Ets;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import dev.keelson.forecaster.statistical.pool.LocalModel;
import dev.keelson.forecaster.statistical.pool.RidgeDirect;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import dev.keelson.forecaster.statistical.pool.Ses;
import dev.keelson.forecaster.statistical.pool.SlotMean;
import dev.keelson.forecaster.statistical.pool.Theta;
import java.util.List;
import java.util.Optional;

/** The models that {@code keelson forecast} knows, by the name that its options take. */
final class Models {
    /** All names, ours first. */
    static final List<String> NAMES =
            List.of(
                    "keelson",
                    "booster",
                    "seasonal-naive",
                    "week-naive",
                    "slot-mean",
                    "last-value",
                    "drift",
                    "ses",
                    "ets",
                    "theta",
                    "ridge",
                    "arima");

    private static final int DAYS = 7;
    private static final int WEEKS = 4;

    private Models() {}

    /** The model of a name for a task; empty when there is none. */
    static Optional<ForecastModel> of(String name, ForecastTask task, Workers workers) {
        int season = task.season();
        int week = task.seasons().size() > 1 ? task.seasons().get(1) : DAYS * season;
        return switch (name) {
            case "keelson" -> Optional.of(new MixedModel(workers));
            case "booster" -> Optional.of(new GlobalBooster(workers));
            case "seasonal-naive" -> local(new SeasonalNaive(season));
            case "week-naive" -> local(new SeasonalNaive(week));
            case "slot-mean" -> local(new SlotMean(week, WEEKS));
            case "last-value" -> local(new SeasonalNaive(1));
            case "drift" -> local(new Drift());
            case "ses" -> local(new Ses());
            case "ets" -> local(new Ets(season));
            case "theta" -> local(new Theta(season));
            case "ridge" -> local(new RidgeDirect(season, week));
            case "arima" -> local(new Arima(false));
            default -> Optional.empty();
        };
    }

    private static Optional<ForecastModel> local(LocalMethod method) {
        return Optional.of(new LocalModel(method));
    }
}
