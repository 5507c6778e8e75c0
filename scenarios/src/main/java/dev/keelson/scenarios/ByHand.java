package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An agent and a gateway that a person starts with the commands of docs/operations.md, in a folder
 * that the fleet knows nothing of. Not thread-safe.
 */
public final class ByHand {
    private static final Duration JOINED = Duration.ofMinutes(1);
    private static final Duration MOVED = Duration.ofMinutes(2);

    private final Fleet fleet;
    private final Path folder;
    private final int gatewayPort = freePort();

    /**
     * @param folder an empty one
     */
    public ByHand(Fleet fleet, Path folder) {
        this.fleet = fleet;
        this.folder = folder;
    }

    /** Starts an agent with nothing but a join token. */
    public Process agent(String name) {
        var grant = grant();
        return fleet.component(
                folder,
                name,
                "agent",
                "--name",
                name,
                "--control-plane",
                grant.path("controlPlane").asText(),
                "--join",
                grant.path("token").asText(),
                "--ca-fingerprint",
                grant.path("caFingerprint").asText(),
                "--domain",
                "other/zone-x/rack-1",
                "--data",
                folder.resolve(name).toString());
    }

    /**
     * Starts an agent with a configuration file; its engines end with it when it is told to end.
     *
     * @param programs entries under {@code engines}
     */
    Process agent(String name, Path modelRoot, String programs) {
        write(
                folder.resolve(name + ".yaml"),
                joining(name, freePort())
                        + """
                        domain: other/zone-x/rack-1
                        onStop: end
                        modelRoots: [%s]
                        engines:
                        %s\
                        """
                                .formatted(modelRoot, programs));
        return agentAgain(name);
    }

    /** The same with the file that is there. */
    Process agentAgain(String name) {
        return fleet.component(
                folder, name, "agent", "--config", folder.resolve(name + ".yaml").toString());
    }

    /** Starts a gateway with a configuration file. */
    public Process gateway(String name) {
        var file = folder.resolve("gateway.yaml");
        write(file, joining(name, gatewayPort));
        return fleet.component(folder, name, "gateway", "--config", file.toString());
    }

    /** Where the hand-started gateway serves. */
    public String gatewayUrl() {
        return "http://127.0.0.1:" + gatewayPort;
    }

    /** Waits until the node is READY and the gateway knows the model. */
    public void awaitJoined() {
        Fleet.await(
                "the hand-started node is READY",
                JOINED,
                () ->
                        fleet.get("nodes").stream()
                                .anyMatch(n ->
                                        n.path("name").asText().startsWith("hand")
                                                && n.path("state").asText().equals("READY")));
        Fleet.await(
                "the hand-started gateway serves the model",
                JOINED,
                () -> !Load.model(gatewayUrl()).isBlank());
    }

    /** Drains every other node; returns once all READY replicas are on this one. */
    public void moveEverythingTo(String node) {
        fleet.succeed("scale", Load.model(fleet.gateway()), "2");
        others(node).forEach(other -> fleet.succeed("drain", other));
        Fleet.await(
                "every live replica is on " + node,
                MOVED,
                () ->
                        !nodesOfReplicas().isEmpty()
                                && nodesOfReplicas().stream().allMatch(node::equals));
    }

    /** Opens the other nodes and drains this one; returns once no replica is on it. */
    public void moveEverythingAwayFrom(String node) {
        others(node).forEach(other -> fleet.succeed("uncordon", other));
        fleet.succeed("drain", node);
        Fleet.await(
                "no live replica is on " + node,
                MOVED,
                () ->
                        !nodesOfReplicas().isEmpty()
                                && nodesOfReplicas().stream().noneMatch(node::equals));
    }

    /** A node's state as {@code keelson get nodes} shows it. */
    public String nodeState(String node) {
        return fleet.get("nodes").stream()
                .filter(n -> n.path("name").asText().equals(node))
                .map(n -> n.path("state").asText())
                .findFirst()
                .orElse("");
    }

    private List<String> nodesOfReplicas() {
        return fleet.get("replicas").stream().map(r -> r.path("node").asText()).toList();
    }

    private List<String> others(String node) {
        return fleet.get("nodes").stream()
                .filter(n -> !n.path("state").asText().equals("GONE"))
                .map(n -> n.path("name").asText())
                .filter(name -> !name.equals(node))
                .toList();
    }

    /** What each process that joins has in its file. */
    private String joining(String name, int port) {
        var grant = grant();
        return """
        name: %s
        data: %s
        http: {host: 127.0.0.1, port: %d}
        controlPlane: {grpc: "%s", caFingerprint: %s, joinToken: %s}
        """
                .formatted(
                        name,
                        folder.resolve(name),
                        port,
                        grant.path("controlPlane").asText(),
                        grant.path("caFingerprint").asText(),
                        grant.path("token").asText());
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode grant() {
        return fleet.json("join-token", "create");
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
