package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.distribution.Distribution;
import dev.keelson.launcher.fleet.AgentConfig;
import dev.keelson.launcher.fleet.FleetFolder;
import dev.keelson.launcher.fleet.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of an agent that is started by hand with a join token.
 *
 * @param folder where the agent keeps its data
 * @param distribution what its engines run from
 */
record StandaloneAgent(FleetFolder folder, Distribution distribution) {

    /** Where and with what to join. */
    record Join(String controlPlane, String token, String caFingerprint) {}

    Path write(Join join, String capacity, String domain, @Nullable String name) {
        if (!capacity.equals("ON_DEMAND") && !capacity.equals("SPOT")) {
            throw new CommandFailure(
                    "--capacity is %s; it must be ON_DEMAND or SPOT.".formatted(capacity),
                    "",
                    CommandFailure.USAGE);
        }
        if (domain.split("/", -1).length != 3) {
            throw new CommandFailure(
                    "--domain is %s; it must be region/zone/rack.".formatted(domain),
                    "",
                    CommandFailure.USAGE);
        }
        String chosen = name == null ? hostName() + "-" + ProcessHandle.current().pid() : name;
        Path home = folder.node(chosen);
        int port =
                Ports.choose(List.of(chosen), new TreeMap<>(), new SecureRandom())
                        .firstEntry()
                        .getValue();
        try {
            folder.createForAgent();
            Files.createDirectories(home);
            var config =
                    new AgentConfig(
                            chosen,
                            home,
                            port,
                            domain,
                            capacity,
                            join.controlPlane().replaceFirst("^https?://", ""),
                            join.caFingerprint(),
                            join.token());
            FleetFolder.write(folder.config(chosen), config.text(distribution));
            return folder.config(chosen);
        } catch (IOException e) {
            throw new CommandFailure(
                    "The agent's folder %s cannot be written (%s).".formatted(home, e.getMessage()),
                    "Choose another with --data DIR.");
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9-]", "-");
        } catch (UnknownHostException e) {
            return "agent";
        }
    }
}
