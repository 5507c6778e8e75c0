package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.ForecastModel;
import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import dev.keelson.lab.Console;
import dev.keelson.simulator.trace.InputException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code keelson forecast predict}. */
@Command(
        name = "predict",
        description = "Writes mean and quantiles of the next steps of every series.",
        mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
    @Mixin private final Console console = new Console();

    @Mixin private StudyOptions options = new StudyOptions();

    @Option(
            names = "--levels",
            split = ",",
            paramLabel = "Q",
            defaultValue = "0.1,0.5,0.9",
            description = "Quantile levels. Default: ${DEFAULT-VALUE}.")
    private List<Double> levels = List.of();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "keelson",
            description = "Default: ${DEFAULT-VALUE}; others as in backtest.")
    private String model = "keelson";

    @Option(
            names = "--output",
            required = true,
            paramLabel = "CSV",
            description = "series,step,mean,q<level>...; the step from 1 to H.")
    private Path output = Path.of("");

    @Override
    public Integer call() {
        CommandLine line = console.line();
        ForecastTask task = options.task(line, levels(line));
        ForecastModel chosen = options.model(line, model, task);
        List<Series> series = SeriesFile.read(options.input());
        for (Series one : series) {
            if (one.lastObserved() < 0) {
                throw new InputException(
                        "%s: series \"%s\" has no value.%n  Expected: at least one value per series."
                                .formatted(options.input(), one.name()));
            }
        }
        ForecastModel.Fitted fitted = chosen.fit(series, task);
        var text = new StringBuilder("series,step,mean");
        for (double level : task.levels().values()) {
            text.append(",q").append(decimal(level));
        }
        text.append('\n');
        for (Series one : series) {
            append(text, one.name(), fitted.predict(one));
        }
        write(text.toString());
        return 0;
    }

    private Levels levels(CommandLine line) {
        try {
            return Levels.of(levels.stream().mapToDouble(Double::doubleValue).sorted().toArray());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
    }

    private static void append(StringBuilder text, String name, QuantileForecast forecast) {
        for (int step = 0; step < forecast.horizon(); step++) {
            text.append(name).append(',').append(step + 1).append(',');
            text.append(forecast.mean(step));
            for (int place = 0; place < forecast.levels().size(); place++) {
                text.append(',').append(forecast.at(step, place));
            }
            text.append('\n');
        }
    }

    /** The shortest decimal without an exponent. */
    static String decimal(double level) {
        return BigDecimal.valueOf(level).stripTrailingZeros().toPlainString();
    }

    /** Whole or not at all. */
    private void write(String text) {
        Path folder = output.toAbsolutePath().getParent();
        try {
            Path part = Files.createTempFile(folder, "forecast", ".part");
            try {
                Files.writeString(part, text);
                Files.move(part, output, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new InputException(
                    "%s cannot be written (%s).%n  Give a path in a folder that exists."
                            .formatted(output, e.getMessage()));
        }
    }
}
