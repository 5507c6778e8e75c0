package dev.keelson.launcher.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * What a fleet keeps over restarts: its options, its ports, the broker's password, the nodes that
 * the provider acquired and the load generator's key.
 *
 * @param options what up was asked for
 * @param ports port by the name of what listens there
 * @param kafkaPassword generated once
 * @param acquired capacity type by the name of each node that was acquired later
 * @param apiKey of a tenant, for the load generator and the first token; empty: none
 */
public record FleetChoices(
        FleetOptions options,
        SequencedMap<String, Integer> ports,
        String kafkaPassword,
        SequencedMap<String, String> acquired,
        String apiKey) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Copies the maps in the order of their keys. */
    public FleetChoices {
        ports = new TreeMap<>(ports);
        acquired = new TreeMap<>(acquired);
    }

    /** The same with other options. */
    public FleetChoices with(FleetOptions other) {
        return new FleetChoices(other, ports, kafkaPassword, acquired, apiKey);
    }

    /** The same with another key. */
    public FleetChoices withApiKey(String other) {
        return new FleetChoices(options, ports, kafkaPassword, acquired, other);
    }

    /** The same with other ports. */
    public FleetChoices withPorts(SequencedMap<String, Integer> other) {
        return new FleetChoices(options, other, kafkaPassword, acquired, apiKey);
    }

    /** The same with another set of acquired nodes. */
    public FleetChoices withAcquired(SequencedMap<String, String> other) {
        return new FleetChoices(options, ports, kafkaPassword, other, apiKey);
    }

    /** The port of what listens under that name. */
    public int port(String name) {
        Integer port = ports.get(name);
        if (port == null) {
            throw new IllegalStateException("No port was chosen for (%s).".formatted(name));
        }
        return port;
    }

    /** What the folder keeps; empty before the first up. */
    public static Optional<FleetChoices> read(FleetFolder folder) throws IOException {
        if (!Files.isRegularFile(folder.choices())) {
            return Optional.empty();
        }
        JsonNode root = JSON.readTree(Files.readString(folder.choices()));
        var ports = new TreeMap<String, Integer>();
        root.path("ports").properties().forEach(e -> ports.put(e.getKey(), e.getValue().asInt()));
        var acquired = new TreeMap<String, String>();
        root.path("acquired")
                .properties()
                .forEach(e -> acquired.put(e.getKey(), e.getValue().asText()));
        return Optional.of(
                new FleetChoices(
                        FleetOptions.readFrom(root.path("options")),
                        ports,
                        root.path("kafkaPassword").asText(),
                        acquired,
                        root.path("apiKey").asText("")));
    }

    /** Writes it in one step, for the owner only. */
    public void write(FleetFolder folder) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", 1);
        options.writeTo(root.putObject("options"));
        ObjectNode portsNode = root.putObject("ports");
        ports.forEach(portsNode::put);
        root.put("kafkaPassword", kafkaPassword);
        ObjectNode acquiredNode = root.putObject("acquired");
        acquired.forEach(acquiredNode::put);
        root.put("apiKey", apiKey);
        FleetFolder.write(folder.choices(), root.toPrettyString() + "\n");
    }
}
