package dev.keelson.scenarios;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The request stream is counted exactly, whatever happens to Kafka and Flink. */
public final class Streams {
    private static final Duration GENEROUS = Duration.ofMinutes(4);

    private Streams() {}

    /**
     * Kafka and Flink are stopped and killed under load; afterwards every count must agree with the
     * client's.
     *
     * @param outage how long each is stopped
     */
    public static Figures outages(Fleet fleet, double rate, Duration loadTime, Duration outage) {
        settle(fleet);
        var before = counts(fleet);
        var load = Load.start(fleet, rate, loadTime, 16);
        Fleet.pause(Duration.ofSeconds(3));
        fleet.succeed("chaos", "stop-kafka", "--for", outage.toSeconds() + "s");
        Fleet.pause(outage);
        var kafka = fresh(fleet);
        fleet.succeed("chaos", "stop-flink", "--for", outage.toSeconds() + "s");
        Fleet.pause(outage);
        var flink = fresh(fleet);
        fleet.pids("kafka").forEach(pid -> Fleet.signal(pid, "KILL"));
        Fleet.await("Kafka is back", GENEROUS, () -> !fleet.pids("kafka").isEmpty());
        var killedKafka = fresh(fleet);
        fleet.pids("flink").forEach(pid -> Fleet.signal(pid, "KILL"));
        Fleet.await("Flink is back", GENEROUS, () -> !fleet.pids("flink").isEmpty());
        var killedFlink = fresh(fleet);
        var result = load.finish();
        settle(fleet);
        var after = counts(fleet);
        var values = new LinkedHashMap<String, Double>();
        after.forEach((name, value) -> values.put(name, value - before.getOrDefault(name, 0.0)));
        values.put("freshAfterKafkaStopSeconds", kafka);
        values.put("freshAfterFlinkStopSeconds", flink);
        values.put("freshAfterKafkaKillSeconds", killedKafka);
        values.put("freshAfterFlinkKillSeconds", killedFlink);
        return new Figures(result, values);
    }

    public static void settle(Fleet fleet) {
        Fleet.await(
                "counts settle", GENEROUS, () -> fleet.json("counts").path("settled").asBoolean());
    }

    public static Map<String, Double> counts(Fleet fleet) {
        var counts = fleet.json("counts");
        var values = new LinkedHashMap<String, Double>();
        for (var name :
                new String[] {
                    "arrivals",
                    "completions",
                    "demandCounted",
                    "late",
                    "duplicatesRemoved",
                    "dropped"
                }) {
            values.put(name, counts.path(name).asDouble());
        }
        return values;
    }

    /**
     * Waits until the newest demand is at most 3 s old again; seconds from now, by the status page.
     */
    private static double fresh(Fleet fleet) {
        return Fleet.await(
                                "demand is fresh",
                                GENEROUS,
                                () -> {
                                    var age = fleet.json("status").at("/deployments/0/demandAgeMs");
                                    return age.isNumber() && age.asLong() <= 3_000;
                                })
                        .toMillis()
                / 1000.0;
    }
}
