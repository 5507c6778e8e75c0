package dev.keelson.lab;

import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.trace.FleetFile;
import dev.keelson.simulator.trace.InputException;
import dev.keelson.simulator.trace.TraceChoice;
import dev.keelson.simulator.trace.TraceFile;
import dev.keelson.simulator.world.RecoveryStudy;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson sim faults}: ways of recovery under the same faults, as a table. */
@Command(
        name = "faults",
        description =
                "Plays the same faults on a fleet of a fixed size under several ways of recovery.",
        mixinStandardHelpOptions = true)
final class FaultsCommand implements Callable<Integer> {
    @Mixin private final Console console = new Console();

    @Mixin private final PlayOptions play = new PlayOptions();

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

    @Mixin private final FaultOptions faults = new FaultOptions();

    @Override
    public Integer call() {
        long started = System.nanoTime();
        try {
            var names = policies.equals(List.of("all")) ? RecoveryStudy.NAMES : policies;
            var choices = names.stream().map(PolicyChoice::parse).toList();
            var played =
                    TraceFile.read(
                            play.trace,
                            new TraceChoice(
                                    play.scale,
                                    play.repeat,
                                    null,
                                    0,
                                    Integer.MAX_VALUE,
                                    null,
                                    play.seed));
            var struck = faults.on(FleetFile.read(play.fleet), played, play.seed);
            if (struck.incidents().isEmpty()) {
                throw new IllegalArgumentException(
                        "Nothing goes wrong: give --incidents, --faults or a fleet file with incidents.");
            }
            var study = new RecoveryStudy(struck, played, replicas, play.seed);
            study.check(choices);
            var rows = OrderedTasks.map(Math.max(1, play.threads), choices, study::play);
            var report = new FaultsReport(study.fleet(), played, study.replicas(), play.seed, rows);
            console.out()
                    .print(
                            play.json
                                    ? report.json((System.nanoTime() - started) / 1e9)
                                    : report.table());
            console.out().flush();
            return 0;
        } catch (IllegalArgumentException e) {
            throw console.usage(e.getMessage());
        } catch (InputException e) {
            return console.failed(e);
        }
    }
}
