package dev.keelson.launcher.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.launcher.CommandFailure;

/**
 * What {@code keelson up} was asked for.
 *
 * @param nodes agents to start with
 * @param maxNodes most agents that the local node provider may run at once
 * @param spot how many of the nodes are SPOT: the last ones
 * @param minReplicas fewest replicas of the deployment
 * @param maxReplicas most replicas of the deployment
 * @param gateways gateways to start
 * @param trace file that the load generator replays, or {@code none}
 * @param speed replay speed, 1 = as recorded
 * @param plainStorage write every store and topic uncompressed
 * @param chaos accept faults on purpose
 * @param port wanted port of the first gateway, 0 = any
 */
public record FleetOptions(
        int nodes,
        int maxNodes,
        int spot,
        int minReplicas,
        int maxReplicas,
        int gateways,
        String trace,
        double speed,
        boolean plainStorage,
        boolean chaos,
        int port) {
    private static final int MOST_PROCESSES = 64;

    /** No load generator. */
    public static final String NO_TRACE = "none";

    /** Refuses what no fleet can be. */
    public FleetOptions {
        check(nodes >= 1 && nodes <= MOST_PROCESSES, "--nodes", nodes, "1 to " + MOST_PROCESSES);
        check(
                maxNodes >= nodes && maxNodes <= MOST_PROCESSES,
                "--max-nodes",
                maxNodes,
                "--nodes (%d) to %d".formatted(nodes, MOST_PROCESSES));
        check(spot >= 0 && spot <= nodes, "--spot", spot, "0 to --nodes (%d)".formatted(nodes));
        check(
                minReplicas >= 1 && maxReplicas >= minReplicas && maxReplicas <= MOST_PROCESSES,
                "--replicas",
                minReplicas + ":" + maxReplicas,
                "MIN:MAX with 1 <= MIN <= MAX");
        check(gateways >= 1 && gateways <= 16, "--gateways", gateways, "1 to 16");
        check(
                speed > 0 && speed <= 10_000 && Double.isFinite(speed),
                "--speed",
                speed,
                "more than 0");
        check(port >= 0 && port <= 65_535, "--port", port, "1 to 65535");
    }

    private static void check(boolean holds, String option, Object value, String range) {
        if (!holds) {
            throw new CommandFailure(
                    "%s is %s; it must be %s.".formatted(option, value, range),
                    "See: keelson up --help",
                    CommandFailure.USAGE);
        }
    }

    void writeTo(ObjectNode node) {
        node.put("nodes", nodes)
                .put("maxNodes", maxNodes)
                .put("spot", spot)
                .put("minReplicas", minReplicas)
                .put("maxReplicas", maxReplicas)
                .put("gateways", gateways)
                .put("trace", trace)
                .put("speed", speed)
                .put("plainStorage", plainStorage)
                .put("chaos", chaos)
                .put("port", port);
    }

    static FleetOptions readFrom(JsonNode node) {
        return new FleetOptions(
                node.path("nodes").asInt(),
                node.path("maxNodes").asInt(),
                node.path("spot").asInt(),
                node.path("minReplicas").asInt(),
                node.path("maxReplicas").asInt(),
                node.path("gateways").asInt(),
                node.path("trace").asText(),
                node.path("speed").asDouble(),
                node.path("plainStorage").asBoolean(),
                node.path("chaos").asBoolean(),
                node.path("port").asInt());
    }
}
