package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.ForecastModel;
import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.score.Accuracy;
import dev.keelson.forecaster.statistical.score.Backtest;
import dev.keelson.lab.Console;
import dev.keelson.simulator.trace.InputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code keelson forecast backtest}. */
@Command(
        name = "backtest",
        description = "Scores models on the past: origins step back by H from the end.",
        mixinStandardHelpOptions = true)
final class BacktestCommand implements Callable<Integer> {
    @Mixin private final Console console = new Console();

    @Mixin private StudyOptions options = new StudyOptions();

    @Option(
            names = "--origins",
            paramLabel = "K",
            defaultValue = "1",
            description = "How many. Default: ${DEFAULT-VALUE}.")
    private int origins;

    @Option(
            names = "--models",
            split = ",",
            paramLabel = "A[,B]",
            defaultValue = "keelson,booster,seasonal-naive,week-naive,ets,theta,ridge",
            description =
                    "Default: ${DEFAULT-VALUE}. Also: slot-mean, last-value, drift, ses, arima.")
    private List<String> models = List.of();

    @Option(names = "--json", description = "One JSON document instead of the table.")
    private boolean json;

    @Override
    public Integer call() {
        CommandLine line = console.line();
        if (origins < 1) {
            throw new ParameterException(
                    line, "The --origins (%d) must be at least 1.".formatted(origins));
        }
        ForecastTask task = options.task(line, Levels.STANDARD);
        Map<String, ForecastModel> chosen = new LinkedHashMap<>();
        for (String name : models) {
            chosen.put(name, options.model(line, name, task));
        }
        List<Series> series = SeriesFile.read(options.input());
        requireLength(series, task);
        long started = System.nanoTime();
        Map<String, Accuracy> rows = new LinkedHashMap<>();
        for (var entry : chosen.entrySet()) {
            rows.put(entry.getKey(), Backtest.score(entry.getValue(), series, task, origins));
        }
        var report =
                new BacktestReport(
                        String.valueOf(options.input().getFileName()),
                        series.size(),
                        task,
                        origins,
                        rows);
        double seconds = (System.nanoTime() - started) / 1e9;
        line.getOut().print(json ? report.json(seconds) : report.table());
        line.getOut().flush();
        return 0;
    }

    private void requireLength(List<Series> series, ForecastTask task) {
        int longest = series.stream().mapToInt(Series::length).max().orElse(0);
        int least = Backtest.leastLength(task) + task.horizon();
        if (longest < least) {
            throw new InputException(
                    "%s: the longest series has %d steps.%n  Expected: at least %d, for a season, a horizon and a value to score against."
                            .formatted(options.input(), longest, least));
        }
    }
}
