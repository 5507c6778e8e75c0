package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts one component on this host, in the foreground: what a systemd unit runs. */
@Command(
        description =
                "One component on this host: control-plane, gateway, agent, streams, forecaster or kafka.")
final class RunCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "COMPONENT",
            description = "control-plane|gateway|agent|streams|forecaster|kafka")
    private String component = "";

    @Option(names = "--config", paramLabel = "FILE", description = "Configuration file (YAML).")
    private @Nullable Path config;

    @Option(
            names = "--control-plane",
            paramLabel = "HOST:PORT",
            description = "Agent without a file: the control plane's gRPC address.")
    private @Nullable String controlPlane;

    @Option(names = "--join", paramLabel = "TOKEN", description = "Agent: single-use join token.")
    private @Nullable String join;

    @Option(
            names = "--ca-fingerprint",
            paramLabel = "HEX",
            description = "Agent: SHA-256 of the fleet's certificate authority.")
    private @Nullable String caFingerprint;

    @Option(
            names = "--capacity",
            paramLabel = "TYPE",
            description = "Agent: ON_DEMAND or SPOT.",
            defaultValue = "ON_DEMAND")
    private String capacity = "ON_DEMAND";

    @Option(
            names = "--domain",
            paramLabel = "R/Z/R",
            description = "Agent: region/zone/rack.",
            defaultValue = "local/zone-x/rack-1")
    private String domain = "";

    @Option(names = "--name", paramLabel = "NAME", description = "Agent: its name in the fleet.")
    private @Nullable String name;

    RunCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Component chosen =
                Component.ofCommand(component)
                        .orElseThrow(() ->
                                new CommandFailure(
                                        "There is no component (%s).".formatted(component),
                                        "Known: "
                                                + Component.runnable().stream()
                                                        .map(Component::commandName)
                                                        .collect(Collectors.joining(", ")),
                                        CommandFailure.USAGE));
        var distribution = Distribution.current();
        Path file = config == null ? agentFile(chosen, distribution) : existing(config);
        ExecLine.print(
                session,
                distribution.environment(),
                distribution.command(chosen, List.of("--config", file.toString())));
        return 0;
    }

    private static Path existing(Path file) {
        if (!Files.isReadable(file)) {
            throw new CommandFailure(
                    "The file (%s) cannot be read.".formatted(file), "", CommandFailure.USAGE);
        }
        return file.toAbsolutePath();
    }

    private Path agentFile(Component chosen, Distribution distribution) {
        if (chosen != Component.AGENT
                || controlPlane == null
                || join == null
                || caFingerprint == null) {
            throw new CommandFailure(
                    "run %s needs --config FILE.".formatted(component),
                    "An agent may also have --control-plane, --join and --ca-fingerprint.",
                    CommandFailure.USAGE);
        }
        return new StandaloneAgent(session.folder(), distribution)
                .write(
                        new StandaloneAgent.Join(controlPlane, join, caFingerprint),
                        capacity,
                        domain,
                        name);
    }
}
