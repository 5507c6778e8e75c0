package dev.keelson.scenarios;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * kill -9 of one of two gateways under load: its own clients lose what was in flight, the clients
 * of the other lose nothing, and the records hold each request that arrived once.
 */
public final class GatewayLoss {
    private static final Duration GENEROUS = Duration.ofMinutes(3);
    private static final int TOKENS = 32;

    private GatewayLoss() {}

    /**
     * Needs a fleet of two gateways.
     *
     * @param rate requests per second at each of them
     * @return as load what the clients of the gateway saw that lived. {@code arrivalsAtLeast} are
     *     the requests that got an answer from either, {@code arrivalsAtMost} those that were not
     *     refused a connection
     */
    public static Figures kill(Fleet fleet, double rate, Duration loadTime) {
        fleet.steady(GENEROUS);
        Streams.settle(fleet);
        var before = Streams.counts(fleet);
        var gateways = fleet.json("status").path("gateways");
        var victim = gateways.path(0).path("name").asText();
        var lost =
                Load.start(
                        gateways.path(0).path("url").asText(), loadTime, TOKENS, progress -> rate);
        var living =
                Load.start(
                        gateways.path(1).path("url").asText(), loadTime, TOKENS, progress -> rate);
        Fleet.pause(Duration.ofSeconds(5));
        var pids = fleet.pids("gateway");
        fleet.succeed("chaos", "kill-gateway", victim);
        var back =
                Fleet.await(
                        "two gateways again",
                        GENEROUS,
                        () ->
                                fleet.pids("gateway").size() == 2
                                        && !fleet.pids("gateway").equals(pids)
                                        && !Load.model(gateways.path(0).path("url").asText())
                                                .isBlank());
        var ofLost = lost.finish();
        var ofLiving = living.finish();
        Streams.settle(fleet);
        var values = new LinkedHashMap<String, Double>();
        values.put("backSeconds", back.toMillis() / 1000.0);
        values.put("failedAtTheLostOne", (double) ofLost.failed());
        values.put(
                "arrivalsAtLeast",
                (double) (ofLiving.sent() + ofLost.sent() - ofLost.failedBeforeFirstToken()));
        values.put(
                "arrivalsAtMost",
                (double) (ofLiving.sent() + ofLost.sent() - refusedConnections(ofLost.errors())));
        Streams.counts(fleet)
                .forEach((name, value) -> values.put(name, value - before.getOrDefault(name, 0.0)));
        return new Figures(ofLiving, values);
    }

    private static int refusedConnections(Map<String, Integer> errors) {
        return errors.entrySet().stream()
                .filter(error -> error.getKey().startsWith("ConnectException"))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }
}
