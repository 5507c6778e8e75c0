package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.ForecastModel;
import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Levels;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What both commands ask for. */
final class StudyOptions {
    @Option(
            names = "--input",
            required = true,
            paramLabel = "CSV",
            description =
                    "series,time,value; times in ISO-8601 or epoch seconds; an empty value is a gap. Plain or .gz.")
    private Path input = Path.of("");

    @Option(names = "--horizon", required = true, paramLabel = "H", description = "Steps ahead.")
    private int horizon;

    @Option(
            names = "--season",
            required = true,
            split = ",",
            paramLabel = "M[,M2]",
            description = "Periods in steps, such as 24,168 for hours. 1 for none.")
    private List<Integer> seasons = List.of();

    @Option(names = "--seed", defaultValue = "0", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--threads",
            defaultValue = "2",
            description = "Changes the speed, not a byte. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(names = "--debug", description = "Shows stack traces of failures.")
    @SuppressWarnings("UnusedVariable") // the main command asks picocli itself
    private boolean debug;

    Path input() {
        return input;
    }

    long seed() {
        return seed;
    }

    StudyWorkers workers(CommandLine line) {
        if (threads < 1) {
            throw new ParameterException(
                    line, "The --threads (%d) must be at least 1.".formatted(threads));
        }
        return new StudyWorkers(threads);
    }

    ForecastTask task(CommandLine line, Levels levels) {
        try {
            var periods = seasons.stream().filter(season -> season != 1).toList();
            return new ForecastTask(horizon, periods, levels, seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
    }

    /** The model of that name. */
    ForecastModel model(CommandLine line, String name, ForecastTask task) {
        return Models.of(name, task, workers(line))
                .orElseThrow(() ->
                        new ParameterException(
                                line,
                                "There is no model (%s); known: %s."
                                        .formatted(name, String.join(", ", Models.NAMES))));
    }
}
