package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.score.Accuracy;
import dev.keelson.forecaster.statistical.score.Backtest;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** M4 hourly: the last 48 hours of each training series held out. */
record M4Study(StudyData data, StudyWorkers workers, long seed) {
    private static final List<String> MODELS =
            List.of(
                    "keelson",
                    "booster",
                    "ridge",
                    "seasonal-naive",
                    "week-naive",
                    "slot-mean",
                    "ets",
                    "theta",
                    "ses",
                    "drift");

    void print(PrintWriter out) {
        List<Series> series = data.m4();
        var task = new ForecastTask(48, List.of(24), Levels.STANDARD, seed);
        out.printf(
                "M4 hourly, %d series, the last 48 of each held out, seed %d%n%n",
                series.size(), seed);
        out.println(
                "| method | MASE | sMAPE | WQL | MSIS | scaled quantile loss | cover 80 / 95 | CPU s |");
        out.println("|---|---|---|---|---|---|---|---|");
        for (String name : MODELS) {
            double before = Cpu.seconds();
            Accuracy score =
                    Backtest.score(Models.of(name, task, workers).orElseThrow(), series, task, 1);
            out.printf(
                    Locale.ROOT,
                    "| %s | %.4f | %.3f | %.4f | %.3f | %.4f | %.3f / %.3f | %.1f |%n",
                    name,
                    score.mase(),
                    score.smape(),
                    score.wql(),
                    score.msis(),
                    score.scaledQuantileLoss(),
                    score.coverage80(),
                    score.coverage95(),
                    Cpu.seconds() - before);
            out.flush();
        }
    }
}
