package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.online.OnlineForecaster;
import dev.keelson.forecaster.statistical.pool.Arima;
import dev.keelson.forecaster.statistical.pool.Ets;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import dev.keelson.forecaster.statistical.pool.RidgeDirect;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import dev.keelson.forecaster.statistical.pool.SlotMean;
import dev.keelson.forecaster.statistical.pool.Theta;
import dev.keelson.simulator.baseline.DynamoPredictor;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One hour ahead, rolling: WAPE of the mean of the next steps. */
record HourStudy(StudyData data, StudyWorkers workers, long seed) {
    private static final int DAYS = 7;

    /** Intervals that Dynamo's ARIMA looks back on. */
    private static final int DYNAMO_WINDOW = 50;

    private static final int ALL = Integer.MAX_VALUE;

    void print(PrintWriter out) {
        var sets =
                List.of(
                        rolling(data.servegen("m-small"), 6, 144, 8),
                        rolling(data.servegen("m-large"), 6, 144, 8),
                        rolling(data.burstgpt(), 1, 24, 35));
        var columns = workers.map(sets, this::column);
        out.printf("One hour ahead, WAPE, seed %d%n%n", seed);
        out.print("| method |");
        sets.forEach(set ->
                out.print(" %s (%d origins) |".formatted(set.series().name(), set.origins())));
        out.printf("%n|---|---|---|---|%n");
        for (String method : columns.getFirst().scores.keySet()) {
            out.print("| " + method + " |");
            for (var column : columns) {
                out.printf(Locale.ROOT, " %.4f |", column.scores.get(method));
            }
            out.println();
        }
        out.println();
        columns.forEach(column -> out.println(column.weights));
    }

    private static Rolling rolling(Series series, int steps, int season, int firstDay) {
        return new Rolling(series, steps, season, firstDay * season - 1);
    }

    /** Scores by method and the final weights of the mixture. */
    private record Column(Map<String, Double> scores, String weights) {}

    private Column column(Rolling set) {
        int season = set.season();
        int steps = set.steps();
        int etsSeason = season > 24 ? 1 : season;
        var scores = new LinkedHashMap<String, Double>();
        OnlineForecaster forecaster = set.forecaster(seed, 4 * season);
        double[] ours = medians(set.online(forecaster));
        scores.put("keelson", set.wape(ours));
        score(scores, "last value", set, new SeasonalNaive(1));
        scores.put(
                "last hour (Dynamo constant)",
                set.wape(dynamo(set, new DynamoPredictor.Constant())));
        score(scores, "daily naive", set, new SeasonalNaive(season));
        score(scores, "weekly naive", set, new SeasonalNaive(DAYS * season));
        score(scores, "7-day slot mean × level", set, new SlotMean(season, DAYS, true, steps));
        score(scores, "ETS", set, new Ets(etsSeason));
        score(scores, "Theta", set, new Theta(season));
        score(scores, "ridge", set, new RidgeDirect(season, DAYS * season));
        score(scores, "ARIMA", set, new Arima(false));
        score(scores, "ARIMA, log", set, new Arima(true));
        scores.put(
                "Dynamo ARIMA, 50 intervals",
                set.wape(set.intervals(new Arima(false), DYNAMO_WINDOW)));
        scores.put("Dynamo ARIMA, log", set.wape(set.intervals(new Arima(true), DYNAMO_WINDOW)));
        for (boolean logarithmic : new boolean[] {false, true}) {
            String suffix = logarithmic ? ", log" : "";
            scores.put("Dynamo Kalman" + suffix, set.wape(kalman(set, 1, .1, 10, logarithmic)));
            scores.put(
                    "Dynamo Kalman, reactive" + suffix,
                    set.wape(kalman(set, 10, 1, 5, logarithmic)));
        }
        var text = new StringBuilder(set.series().name()).append(": weights at the end");
        double[] weights = forecaster.weights(0);
        for (int i = 0; i < weights.length; i++) {
            text.append(
                    String.format(
                            Locale.ROOT, ", %s %.2f", forecaster.experts().get(i), weights[i]));
        }
        return new Column(scores, text.toString());
    }

    private static void score(
            Map<String, Double> scores, String name, Rolling set, LocalMethod method) {
        scores.put(name, set.wape(set.points(method)));
    }

    private static double[] medians(@Nullable QuantileForecast[] said) {
        double[] medians = new double[said.length];
        for (int i = 0; i < said.length; i++) {
            QuantileForecast forecast = said[i];
            medians[i] = forecast == null ? Double.NaN : forecast.median(0);
        }
        return medians;
    }

    /** A fresh filter per origin, fed the intervals that end there. */
    private static double[] kalman(
            Rolling set, double level, double trend, double noise, boolean logarithmic) {
        double[] points = new double[set.origins()];
        for (int i = 0; i < points.length; i++) {
            points[i] = next(set, i, new DynamoPredictor.Kalman(level, trend, noise, logarithmic));
        }
        return points;
    }

    private static double[] dynamo(Rolling set, DynamoPredictor predictor) {
        double[] points = new double[set.origins()];
        for (int i = 0; i < points.length; i++) {
            points[i] = next(set, i, predictor);
        }
        return points;
    }

    private static double next(Rolling set, int i, DynamoPredictor predictor) {
        double predicted = 0;
        for (double sum : set.intervalsUntil(set.first() + i, ALL)) {
            predictor.observe(sum);
            predicted = predictor.predict();
        }
        return Math.max(0, predicted) / set.steps();
    }
}
