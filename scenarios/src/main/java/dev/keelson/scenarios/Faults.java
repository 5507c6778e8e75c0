package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Faults under load, one at a time; each leaves the fleet steady again. */
public final class Faults {
    private static final Duration GENEROUS = Duration.ofMinutes(3);

    private Faults() {}

    /** kill -9 of an engine. */
    public static Figures killEngine(Fleet fleet, double rate, Duration loadTime) {
        return engineFault(fleet, rate, loadTime, "KILL");
    }

    /** SIGSTOP of an engine: it answers nothing and dies of nothing. */
    public static Figures hangEngine(Fleet fleet, double rate, Duration loadTime) {
        return engineFault(fleet, rate, loadTime, "STOP");
    }

    private static Figures engineFault(Fleet fleet, double rate, Duration loadTime, String signal) {
        fleet.steady(GENEROUS);
        var load = Load.start(fleet, rate, loadTime, 32);
        Fleet.pause(Duration.ofSeconds(5));
        var fault = Instant.now();
        Fleet.signal(fleet.pids("engine").iterator().next(), signal);
        var detected = Incidents.detection(fleet, fault, Incidents.LOSS, GENEROUS);
        var steady = fleet.steady(GENEROUS);
        return new Figures(
                load.finish(),
                Map.of("detectedSeconds", seconds(detected), "steadySeconds", seconds(steady)));
    }

    /** The agent and its engines die and stay away until restore-node. */
    public static Figures killNode(Fleet fleet, double rate, Duration loadTime) {
        fleet.steady(GENEROUS);
        var load = Load.start(fleet, rate, loadTime, 32);
        Fleet.pause(Duration.ofSeconds(5));
        var node = nodeOfReadyReplica(fleet);
        var fault =
                Instant.parse(fleet.json("chaos", "kill-node", node).path("startedAt").asText());
        var detected =
                Incidents.detection(fleet, fault, Set.of("node-lost", "engine-lost"), GENEROUS);
        var steady = fleet.steady(GENEROUS);
        var shown =
                fleet.get("replicas").stream()
                        .filter(r -> r.path("node").asText().equals(node))
                        .filter(r -> Set.of("READY", "STARTING").contains(r.path("state").asText()))
                        .count();
        fleet.succeed("chaos", "restore-node", node);
        Fleet.await("node back", GENEROUS, () -> isHeard(fleet, node));
        var values = new LinkedHashMap<String, Double>();
        values.put("detectedSeconds", seconds(detected));
        values.put("steadySeconds", seconds(steady));
        values.put("replicasShownOnDeadNode", (double) shown);
        return new Figures(load.finish(), values);
    }

    /** A notice that arrives only through the metadata server. */
    public static Figures spotNotice(Fleet fleet, double rate, Duration loadTime, Duration lead) {
        fleet.steady(GENEROUS);
        var node = nodeOfReadyReplica(fleet);
        var wanted = fleet.wanted();
        var load = Load.start(fleet, rate, loadTime, 32);
        Fleet.pause(Duration.ofSeconds(5));
        var notice =
                Instant.parse(
                        fleet.json("chaos", "spot-notice", node, "--lead", lead.toSeconds() + "s")
                                .path("startedAt")
                                .asText());
        Fleet.await(
                "as many READY elsewhere as wanted",
                GENEROUS,
                () -> readyOutside(fleet, node) >= wanted);
        var replaced = Duration.between(notice, Instant.now());
        Fleet.await("nothing READY on the leaving node", GENEROUS, () -> readyOn(fleet, node) == 0);
        var figures =
                new Figures(
                        load.finish(),
                        Map.of("replacedSeconds", seconds(replaced), "leadSeconds", seconds(lead)));
        fleet.run("chaos", "restore-node", node);
        return figures;
    }

    /** kill -9 of the control plane. */
    public static Figures killControlPlane(Fleet fleet, double rate, Duration loadTime) {
        fleet.steady(GENEROUS);
        var engines = fleet.pids("engine");
        var load = Load.start(fleet, rate, loadTime, 32);
        Fleet.pause(Duration.ofSeconds(5));
        var old = fleet.pids("control-plane").iterator().next();
        var fault = Instant.now();
        Fleet.signal(old, "KILL");
        var back =
                Fleet.await(
                        "another control plane that knows its nodes",
                        GENEROUS,
                        () ->
                                !fleet.pids("control-plane").contains(old)
                                        && !fleet.get("nodes").isEmpty());
        fleet.steady(GENEROUS);
        var result = load.finish();
        return new Figures(
                result,
                Map.of(
                        "backSeconds",
                        seconds(back),
                        "losses",
                        losses(fleet, fault),
                        "enginesReplaced",
                        replaced(fleet, engines)));
    }

    /**
     * The control plane is stopped and continued: its own pause must not look like everybody's
     * death.
     */
    public static Figures pauseControlPlane(
            Fleet fleet, double rate, Duration loadTime, Duration pause) {
        fleet.steady(GENEROUS);
        var engines = fleet.pids("engine");
        var load = Load.start(fleet, rate, loadTime, 32);
        Fleet.pause(Duration.ofSeconds(5));
        var controlPlane = fleet.pids("control-plane").iterator().next();
        var fault = Instant.now();
        Fleet.signal(controlPlane, "STOP");
        Fleet.pause(pause);
        Fleet.signal(controlPlane, "CONT");
        var result = load.finish();
        return new Figures(
                result,
                Map.of(
                        "losses",
                        losses(fleet, fault),
                        "enginesReplaced",
                        replaced(fleet, engines)));
    }

    /**
     * A node cut off from the control plane, then healed: what was replaced meanwhile is surplus
     * and is drained.
     */
    public static Figures partitionNode(
            Fleet fleet, double rate, Duration loadTime, Duration partition) {
        fleet.steady(GENEROUS);
        var load = Load.start(fleet, rate, loadTime, 32);
        var node = nodeOfReadyReplica(fleet);
        fleet.succeed("chaos", "partition-node", node, "--for", partition.toSeconds() + "s");
        Fleet.await("the node is not heard", GENEROUS, () -> !isHeard(fleet, node));
        Fleet.await(
                "the node is heard again", GENEROUS.plus(partition), () -> isHeard(fleet, node));
        var steady = fleet.steady(GENEROUS);
        return new Figures(
                load.finish(),
                Map.of(
                        "steadySeconds",
                        seconds(steady),
                        "surplusEngines",
                        (double) (fleet.pids("engine").size() - fleet.wanted())));
    }

    private static String nodeOfReadyReplica(Fleet fleet) {
        return fleet.get("replicas").stream()
                .filter(r -> r.path("state").asText().equals("READY"))
                .map(r -> r.path("node").asText())
                .findFirst()
                .orElseThrow();
    }

    static boolean isHeard(Fleet fleet, String node) {
        return fleet.get("nodes").stream()
                .filter(n -> n.path("name").asText().equals(node))
                .anyMatch(n ->
                        n.path("heartbeatAgeMs").isNumber()
                                && n.path("heartbeatAgeMs").asLong() < 3_000);
    }

    private static long readyOutside(Fleet fleet, String node) {
        return fleet.get("replicas").stream()
                .filter(Faults::isReady)
                .filter(r -> !r.path("node").asText().equals(node))
                .count();
    }

    private static long readyOn(Fleet fleet, String node) {
        return fleet.get("replicas").stream()
                .filter(Faults::isReady)
                .filter(r -> r.path("node").asText().equals(node))
                .count();
    }

    private static boolean isReady(JsonNode replica) {
        return replica.path("state").asText().equals("READY");
    }

    private static double losses(Fleet fleet, Instant since) {
        return Incidents.since(fleet, since, Incidents.LOSS).size();
    }

    private static double replaced(Fleet fleet, Set<Long> before) {
        var now = fleet.pids("engine");
        return before.stream().filter(pid -> !now.contains(pid)).count();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
