package dev.keelson.lab.forecast;

import dev.keelson.lab.Console;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * {@code keelson forecast bench NAME}: what {@code keelson bench forecast-NAME}, or {@code keelson
 * bench NAME}, runs.
 */
@Command(
        name = "bench",
        description =
                "Prints a table of docs/benchmarks.md afresh: m4, hour, coverage, speed, request-classes, joint-indicators.",
        mixinStandardHelpOptions = true,
        hidden = true)
final class BenchCommand implements Callable<Integer> {
    private static final List<String> NAMES =
            List.of("m4", "hour", "coverage", "speed", "request-classes", "joint-indicators");

    @Mixin private final Console console = new Console();

    @Parameters(
            paramLabel = "NAME",
            arity = "1..*",
            description = "m4, hour, coverage, speed, request-classes, joint-indicators.")
    private List<String> names = List.of();

    @Option(
            names = "--datasets",
            paramLabel = "DIR",
            description =
                    "Where m4-hourly, harmony-fisher, servegen and burstgpt lie. Default: datasets of this folder, which holds the last two.")
    private @Nullable Path folder;

    @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--threads", defaultValue = "2", description = "Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Override
    public Integer call() {
        CommandLine line = console.line();
        for (String name : names) {
            if (!NAMES.contains(name)) {
                throw new ParameterException(
                        line,
                        "There is no benchmark (%s); there are %s."
                                .formatted(name, String.join(", ", NAMES)));
            }
        }
        var workers = new StudyWorkers(Math.max(1, threads));
        var data = new StudyData(folder == null ? home().resolve("datasets") : folder);
        var out = line.getOut();
        for (String name : names) {
            switch (name) {
                case "m4" -> new M4Study(data, workers, seed).print(out);
                case "hour" -> new HourStudy(data, workers, seed).print(out);
                case "coverage" -> new CoverageStudy(data, workers, seed).print(out);
                case "request-classes" -> {
                    new ClassStudy(data, workers, seed).print(out);
                    out.println();
                    new TokenShapeStudy(data).print(out);
                }
                case "joint-indicators" -> new JointStudy(data).print(out);
                default -> new SpeedStudy(data, workers, seed).print(out);
            }
            out.println();
        }
        out.flush();
        return 0;
    }

    private static Path home() {
        return Path.of(System.getProperty("keelson.home", "."));
    }
}
