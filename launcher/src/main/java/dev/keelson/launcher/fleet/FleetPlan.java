package dev.keelson.launcher.fleet;

import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which processes a fleet has, and their configuration files (docs/contracts.md).
 *
 * @param folder where everything is kept
 * @param choices options, ports and acquired nodes
 * @param distribution what the processes run from
 */
public record FleetPlan(FleetFolder folder, FleetChoices choices, Distribution distribution) {
    private static final String HOST = "127.0.0.1";

    /** Environment variable with the load generator's key. */
    public static final String API_KEY = "KEELSON_API_KEY";

    /** A node and its kind of capacity. */
    public record NodePlan(String name, boolean spot, String domain) {}

    /** What a process needs to join: a token and the fingerprint of the certificate authority. */
    public record JoinGrant(@Nullable String token, String caFingerprint) {}

    /** The nodes of the options, then the acquired ones. */
    public List<NodePlan> nodes() {
        var nodes = new ArrayList<NodePlan>();
        FleetOptions options = choices.options();
        for (int i = 1; i <= options.nodes(); i++) {
            nodes.add(node("node-" + i, i, i > options.nodes() - options.spot()));
        }
        choices.acquired()
                .forEach((name, capacity) ->
                        nodes.add(node(name, number(name), capacity.equals("SPOT"))));
        return nodes;
    }

    private static NodePlan node(String name, int number, boolean spot) {
        char zone = (char) ('a' + (number - 1) % 26);
        return new NodePlan(name, spot, "local/zone-" + zone + "/rack-1");
    }

    private static int number(String name) {
        return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
    }

    /** The gateways' names. */
    public List<String> gateways() {
        var names = new ArrayList<String>();
        for (int i = 1; i <= choices.options().gateways(); i++) {
            names.add("gateway-" + i);
        }
        return names;
    }

    /** The names of all ports. */
    public SequencedSet<String> portNames() {
        var names =
                new LinkedHashSet<>(
                        List.of(
                                "supervisor",
                                "control-plane",
                                "control-plane-grpc",
                                "kafka",
                                "kafka-controller",
                                "kafka-http",
                                "flink",
                                "forecaster",
                                "metadata"));
        names.addAll(gateways());
        nodes().forEach(node -> names.add(node.name()));
        return names;
    }

    /** The address of something that listens. */
    public String url(String name) {
        return "http://" + HOST + ":" + choices.port(name);
    }

    /** A process of the fleet; its configuration file is written elsewhere. */
    public ChildSpec child(String name, Component component) {
        return new ChildSpec(
                name,
                component.kind(),
                distribution.command(
                        component, List.of("--config", folder.config(name).toString())),
                environment(component),
                folder.log(name),
                component == Component.AGENT
                        ? ChildSpec.Restart.ON_FAILURE
                        : ChildSpec.Restart.ALWAYS);
    }

    // Faults on purpose reach an engine only through an agent whose configuration lets them.
    private Map<String, String> environment(Component component) {
        var environment = new TreeMap<>(distribution.environment());
        if (component == Component.AGENT && choices.options().chaos()) {
            environment.put("KEELSON_CHAOS", "1");
        }
        return environment;
    }

    /**
     * The load generator, which takes options instead of a file. Its key is no argument: others on
     * the machine can read those.
     */
    public ChildSpec loadgen(String model) {
        var environment = new TreeMap<>(distribution.environment());
        if (!choices.apiKey().isEmpty()) {
            environment.put(API_KEY, choices.apiKey());
        }
        return new ChildSpec(
                "loadgen",
                Component.LOADGEN.kind(),
                distribution.command(
                        Component.LOADGEN,
                        List.of(
                                "loadgen",
                                "--url",
                                url(gateways().getFirst()),
                                "--model",
                                model,
                                "--trace",
                                choices.options().trace(),
                                "--speed",
                                Double.toString(choices.options().speed()),
                                "--repeat")),
                environment,
                folder.log("loadgen"),
                ChildSpec.Restart.ALWAYS);
    }

    /** Writes the files of everything that needs no join token. */
    public void writeCoreConfigs() throws IOException {
        boolean plain = choices.options().plainStorage();
        write(
                "kafka",
                YamlText.map(
                        "data", folder.data().resolve("kafka"),
                        "http", address("kafka-http"),
                        "listen",
                                YamlText.map(
                                        "host", HOST,
                                        "port", choices.port("kafka"),
                                        "controllerPort", choices.port("kafka-controller")),
                        "credentials",
                                YamlText.map(
                                        "username", "keelson", "password", choices.kafkaPassword()),
                        "plainStorage", plain));
        write(
                "flink",
                YamlText.map(
                        "data", folder.data().resolve("flink"),
                        "http", address("flink"),
                        "kafka", kafka(),
                        "jobs", List.of("demand", "slo"),
                        "lateness", "15m",
                        "plainStorage", plain));
        write("control-plane", controlPlane(plain));
        write(
                "forecaster",
                YamlText.map(
                        "data", folder.data().resolve("forecaster"),
                        "http", address("forecaster"),
                        "kafka", kafka(),
                        "plainStorage", plain));
        write("metadata", YamlText.map("data", folder.metadata(), "http", address("metadata")));
    }

    private Map<String, Object> controlPlane(boolean plain) {
        FleetOptions options = choices.options();
        return YamlText.map(
                "data", folder.controlPlane(),
                "http", address("control-plane"),
                "grpc", address("control-plane-grpc"),
                "policies", folder.policies(),
                "kafka", kafka(),
                "nodeProvider",
                        YamlText.map(
                                "kind", "local",
                                "url", url("supervisor"),
                                "tokenFile", folder.supervisorToken()),
                "nodes", YamlText.map("min", options.nodes(), "max", options.maxNodes()),
                "plainStorage", plain);
    }

    /** Writes the file of a gateway. */
    public void writeGateway(String name, JoinGrant grant) throws IOException {
        write(
                name,
                YamlText.map(
                        "name", name,
                        "data", folder.gateway(name),
                        "http", address(name),
                        "controlPlane", controlPlaneOf(grant),
                        "queueLimit", 512,
                        "requestDeadline", "60s",
                        "plainStorage", choices.options().plainStorage()));
    }

    /** Writes the file of a node's agent. */
    public void writeAgent(NodePlan node, JoinGrant grant) throws IOException {
        Map<String, Object> config =
                new AgentConfig(
                                node.name(),
                                folder.node(node.name()),
                                choices.port(node.name()),
                                node.domain(),
                                node.spot() ? "SPOT" : "ON_DEMAND",
                                HOST + ":" + choices.port("control-plane-grpc"),
                                grant.caFingerprint(),
                                grant.token())
                        .map(
                                distribution,
                                choices.options().chaos()
                                        ? AgentConfig.CHAOS_VARIABLES
                                        : List.of());
        config.put("modelRoots", List.of(distribution.modelRoot(), folder.models()));
        config.put("plainStorage", choices.options().plainStorage());
        if (node.spot()) {
            config.put("notice", YamlText.map("aws", url("metadata") + "/" + node.name()));
        }
        if (distribution.recordings().isPresent()) {
            // An agent gives its engines seconds to end; one that records needs longer.
            config.put("onStop", "keep");
        }
        if (choices.options().chaos()) {
            config.put("faultHook", folder.faultHook(node.name()));
        }
        write(node.name(), config);
    }

    private Map<String, Object> controlPlaneOf(JoinGrant grant) {
        Map<String, Object> section =
                YamlText.map(
                        "grpc",
                        HOST + ":" + choices.port("control-plane-grpc"),
                        "caFingerprint",
                        grant.caFingerprint());
        String token = grant.token();
        if (token != null) {
            section.put("joinToken", token);
        }
        return section;
    }

    private Map<String, Object> kafka() {
        String login =
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " username=\"keelson\" password=\""
                        + choices.kafkaPassword()
                        + "\";";
        return YamlText.map(
                "bootstrap",
                HOST + ":" + choices.port("kafka"),
                "properties",
                YamlText.map(
                        "security.protocol", "SASL_PLAINTEXT",
                        "sasl.mechanism", "PLAIN",
                        "sasl.jaas.config", login));
    }

    private Map<String, Object> address(String name) {
        return YamlText.map("host", HOST, "port", choices.port(name));
    }

    private void write(String name, Map<String, ?> config) throws IOException {
        Path file = folder.config(name);
        FleetFolder.write(
                file,
                "# Written by keelson up at every start; changes are lost.\n"
                        + YamlText.of(config));
    }
}
