package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.fleet.FleetChoices;
import dev.keelson.launcher.fleet.FleetFolder;
import dev.keelson.launcher.fleet.FleetOptions;
import dev.keelson.launcher.fleet.FleetState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the local fleet. What is not given stays as it was in the data folder. */
@Command(description = "Starts the local fleet: real processes that serve real requests.")
final class UpCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--nodes", paramLabel = "N", description = "Nodes; default 3.")
    private @Nullable Integer nodes;

    @Option(names = "--max-nodes", paramLabel = "M", description = "Default as --nodes.")
    private @Nullable Integer maxNodes;

    @Option(names = "--spot", paramLabel = "N", description = "SPOT nodes, the last; default 1.")
    private @Nullable Integer spot;

    @Option(names = "--replicas", paramLabel = "MIN:MAX", description = "Default 1:4.")
    private @Nullable String replicas;

    @Option(names = "--gateways", paramLabel = "G", description = "Default 1.")
    private @Nullable Integer gateways;

    @Option(
            names = "--trace",
            paramLabel = "FILE|none",
            description = "What the load generator replays; default the Azure conversation trace.")
    private @Nullable String trace;

    @Option(names = "--speed", paramLabel = "X", description = "Replay speed; default 1.")
    private @Nullable Double speed;

    @Option(
            names = "--api-key",
            paramLabel = "K",
            description = "A tenant's key for that load, where tenants are served; '' for none.")
    private @Nullable String apiKey;

    @Option(names = "--plain-storage", description = "Stores and topics uncompressed.")
    private @Nullable Boolean plainStorage;

    @Option(
            names = "--chaos",
            negatable = true,
            description = "Accept faults on purpose (keelson chaos); default on.")
    private @Nullable Boolean chaos;

    @Option(names = "--port", paramLabel = "P", description = "Wanted port of the gateway.")
    private @Nullable Integer port;

    @Option(names = "--detach", description = "Returns once a token came through the gateway.")
    private boolean detach;

    UpCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (apiKey != null && !apiKey.matches("[!-~]{0,512}")) {
            throw new CommandFailure(
                    "--api-key must be up to 512 visible characters of ASCII.",
                    "Make one with: keelson policy key",
                    CommandFailure.USAGE);
        }
        FleetFolder folder = session.folder();
        Optional<FleetState> before = FleetState.read(folder);
        boolean running = before.isPresent() && before.get().supervisor().runs();
        Process supervisor = null;
        if (running) {
            session.say("The fleet in %s runs already.".formatted(folder.data()));
        } else {
            keepChoices(folder);
            supervisor = new SupervisorLaunch(folder).start(!detach);
        }
        return new FleetWatch(session, folder, supervisor).untilServing(detach);
    }

    private void keepChoices(FleetFolder folder) throws IOException {
        Optional<FleetChoices> kept;
        try {
            folder.create();
            kept = FleetChoices.read(folder);
        } catch (IOException e) {
            throw new CommandFailure(
                    "The data folder %s cannot be used (%s)."
                            .formatted(folder.data(), e.getMessage()),
                    "Choose another with --data DIR.");
        }
        FleetOptions options = options(kept.map(FleetChoices::options).orElse(null));
        FleetChoices choices =
                kept.map(k -> k.with(options))
                        .orElseGet(() ->
                                new FleetChoices(
                                        options, new TreeMap<>(), secret(), new TreeMap<>(), ""));
        choices.withApiKey(first(apiKey, choices.apiKey(), "")).write(folder);
    }

    private static String secret() {
        var bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private FleetOptions options(@Nullable FleetOptions kept) {
        int wantedNodes = first(nodes, kept == null ? null : kept.nodes(), 3);
        Integer keptSpot = kept == null ? null : Math.min(kept.spot(), wantedNodes);
        Integer keptMost = kept == null ? null : Math.max(kept.maxNodes(), wantedNodes);
        boolean newNodes = nodes != null;
        int[] bounds = bounds(kept);
        return new FleetOptions(
                wantedNodes,
                first(maxNodes, newNodes ? null : keptMost, wantedNodes),
                first(spot, newNodes ? null : keptSpot, Math.min(1, wantedNodes)),
                bounds[0],
                bounds[1],
                first(gateways, kept == null ? null : kept.gateways(), 1),
                traceFile(first(trace, kept == null ? null : kept.trace(), "azure")),
                first(speed, kept == null ? null : kept.speed(), 1.0),
                first(plainStorage, kept == null ? null : kept.plainStorage(), false),
                first(chaos, kept == null ? null : kept.chaos(), true),
                first(port, kept == null ? null : kept.port(), 0));
    }

    private static <T> T first(@Nullable T given, @Nullable T kept, T otherwise) {
        if (given != null) {
            return given;
        }
        return kept != null ? kept : otherwise;
    }

    private int[] bounds(@Nullable FleetOptions kept) {
        if (replicas == null) {
            return kept == null
                    ? new int[] {1, 4}
                    : new int[] {kept.minReplicas(), kept.maxReplicas()};
        }
        if (!replicas.matches("[0-9]{1,4}:[0-9]{1,4}")) {
            throw new CommandFailure(
                    "--replicas is %s; it must be MIN:MAX.".formatted(replicas),
                    "For example: --replicas 1:4",
                    CommandFailure.USAGE);
        }
        String[] parts = replicas.split(":", 2);
        return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
    }

    private static String traceFile(String given) {
        if (given.equals(FleetOptions.NO_TRACE)) {
            return given;
        }
        Path file =
                given.equals("azure")
                        ? dev.keelson.launcher.distribution.Distribution.current().azureTrace()
                        : Path.of(given).toAbsolutePath();
        if (!Files.isReadable(file)) {
            throw new CommandFailure(
                    "The trace (%s) cannot be read.".formatted(file),
                    "Use --trace FILE, or --trace none for no load.",
                    CommandFailure.USAGE);
        }
        return file.toString();
    }
}
