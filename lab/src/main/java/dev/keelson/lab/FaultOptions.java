package dev.keelson.lab;

import dev.keelson.simulator.trace.FaultTrace;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.IncidentFile;
import dev.keelson.simulator.trace.Trace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What goes wrong in a study, besides the fleet file's own incidents. */
final class FaultOptions {
    private static final double MOST_DAYS = 3_660;
    private static final double MOST_SPEED = 1e6;

    @Option(
            names = "--incidents",
            paramLabel = "FILE",
            description = "what goes wrong and when (YAML); examples in datasets/incidents")
    private @Nullable Path incidents;

    @Option(
            names = "--faults",
            paramLabel = "FILE",
            description = "recorded hardware faults of servers, as in datasets/infinitehbd-faults")
    private @Nullable Path faults;

    @Option(
            names = "--faults-from",
            paramLabel = "DAY",
            defaultValue = "0",
            description = "where in the recorded faults to begin, default ${DEFAULT-VALUE}")
    private double faultsFrom;

    @Option(
            names = "--faults-speed",
            paramLabel = "X",
            defaultValue = "1",
            description =
                    "recorded faults come and are repaired so many times as fast, default ${DEFAULT-VALUE}")
    private double faultsSpeed = 1;

    @Option(
            names = "--faults-servers",
            paramLabel = "N",
            defaultValue = "400",
            description =
                    "servers that were recorded, those without faults too, default ${DEFAULT-VALUE}")
    private int faultsServers = 400;

    /**
     * The fleet with what goes wrong in it.
     *
     * @throws IllegalArgumentException for options that make no sense
     */
    Fleet on(Fleet fleet, Trace trace, long seed) {
        var struck = fleet;
        if (incidents != null) {
            struck = struck.withIncidents(IncidentFile.read(incidents, fleet));
        }
        if (faults != null) {
            check("--faults-from", faultsFrom, 0, MOST_DAYS);
            check("--faults-speed", faultsSpeed, 1e-3, MOST_SPEED);
            struck =
                    struck.withIncidents(
                            FaultTrace.read(faults)
                                    .incidents(
                                            fleet,
                                            faultsServers,
                                            Duration.ofSeconds(Math.round(faultsFrom * 86_400)),
                                            Duration.ofSeconds(Math.round(trace.seconds())),
                                            faultsSpeed,
                                            new SplittableRandom(seed)));
        }
        return struck;
    }

    private static void check(String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    "The %s (%s) must be from %s to %s.".formatted(option, value, least, most));
        }
    }
}
