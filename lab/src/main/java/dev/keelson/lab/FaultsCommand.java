package dev.keelson.lab;

import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.trace.FleetFile;
import dev.keelson.simulator.trace.InputException;
import dev.keelson.simulator.trace.TraceChoice;
import dev.keelson.simulator.trace.TraceFile;
import dev.keelson.simulator.world.RecoveryStudy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code keelson sim faults}: ways of recovery under the same faults, as a table. */
@Command(
        name = "faults",
        description =
                "Plays the same faults on a fleet of a fixed size under several ways of recovery.",
        mixinStandardHelpOptions = true)
final class FaultsCommand implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--trace",
            required = true,
            paramLabel = "FILE",
            description = "requests (Azure or time,prompt_tokens,output_tokens)")
    private Path trace = Path.of("");

    @Option(
            names = "--fleet",
            required = true,
            paramLabel = "FILE",
            description = "fleet file (YAML); examples in datasets/fleets")
    private Path fleet = Path.of("");

    @Option(
            names = "--policy",
            split = ",",
            paramLabel = "A",
            defaultValue = "all",
            description =
                    "ways of recovery, default ${DEFAULT-VALUE}; with options as in slow-broker:interval=30")
    private List<String> policies = List.of();

    @Option(
            names = "--replicas",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "replicas to keep; default what the busiest minute needs and a fifth more")
    private int replicas;

    @Option(
            names = "--scale",
            defaultValue = "1",
            description = "multiplies the demand, default ${DEFAULT-VALUE}")
    private double scale = 1;

    @Option(
            names = "--repeat",
            defaultValue = "1",
            description = "plays the trace so many times in a row")
    private int repeat = 1;

    @Option(names = "--seed", defaultValue = "0", description = "default ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "rows at once, default ${DEFAULT-VALUE}; the result is the same")
    private int threads = 1;

    @Mixin private final FaultOptions faults = new FaultOptions();

    @Option(names = "--json", description = "one JSON document")
    private boolean json;

    @Override
    public Integer call() {
        long started = System.nanoTime();
        try {
            var names = policies.equals(List.of("all")) ? RecoveryStudy.NAMES : policies;
            var choices = names.stream().map(PolicyChoice::parse).toList();
            var played =
                    TraceFile.read(
                            trace,
                            new TraceChoice(scale, repeat, null, 0, Integer.MAX_VALUE, null, seed));
            var struck = faults.on(FleetFile.read(fleet), played, seed);
            if (struck.incidents().isEmpty()) {
                throw new IllegalArgumentException(
                        "Nothing goes wrong: give --incidents, --faults or a fleet file with incidents.");
            }
            var study = new RecoveryStudy(struck, played, replicas, seed);
            study.check(choices);
            var rows = OrderedTasks.map(Math.max(1, threads), choices, study::play);
            var report = new FaultsReport(study.fleet(), played, study.replicas(), seed, rows);
            out().print(json ? report.json((System.nanoTime() - started) / 1e9) : report.table());
            out().flush();
            return 0;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(own().commandLine(), String.valueOf(e.getMessage()), e);
        } catch (InputException e) {
            own().commandLine().getErr().println("keelson: " + e.getMessage());
            return 1;
        }
    }

    private CommandSpec own() {
        var own = spec;
        if (own == null) {
            throw new IllegalStateException("picocli injects the specification.");
        }
        return own;
    }

    private PrintWriter out() {
        return own().commandLine().getOut();
    }
}
