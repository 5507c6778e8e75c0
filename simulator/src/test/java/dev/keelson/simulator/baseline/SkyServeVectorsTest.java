package dev.keelson.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** SkyPilot 0.14.0's own decisions. */
class SkyServeVectorsTest {
    @Test
    void scalesByRequestRateWithFallbackAsTheOriginal() {
        var targets = new Vectors.Score();
        var moves = new Vectors.Score();
        for (JsonNode c : Vectors.read("skyserve")) {
            var k = c.get("config");
            var rules = new SkyServeRules(config(k));
            for (JsonNode step : c.get("steps")) {
                var where = "case " + c.get("case") + " at " + step.get("t");
                var in = step.get("in");
                var out = step.get("out");
                in.get("requestTimes").forEach(at -> rules.request(at.asDouble()));
                int target = rules.decide(step.get("t").asDouble());
                targets.compare(target, out.get("targetReplicas").asInt(), where);
                targets.compare(rules.finalTarget(), out.get("finalTarget").asInt(), where);
                targets.compare(rules.inWindow(), out.get("inWindow").asInt(), where);
                targets.compare(rules.upCounter(), out.get("upCounter").asInt(), where);
                targets.compare(rules.downCounter(), out.get("downCounter").asInt(), where);
                moves.compare(
                        sorted(rules.moves(live(in.get("replicas")))),
                        recorded(out.get("decisions")),
                        where);
            }
        }
        assertThat(moves.compared()).isGreaterThan(35 * 100);
        assertThat(targets.differences()).isEmpty();
        assertThat(moves.differences()).isEmpty();
    }

    @Test
    void placesSpotReplicasAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("skyserve-placer")) {
            var costs = new ArrayList<Double>();
            c.get("config").get("costPerHour").forEach(cost -> costs.add(cost.asDouble()));
            var placer = new SpotPlacer(costs);
            for (JsonNode step : c.get("steps")) {
                var where = "case " + c.get("case") + " at " + step.get("t");
                var in = step.get("in");
                switch (in.get("op").asText()) {
                    case "select" -> {
                        var used = new TreeSet<Integer>();
                        in.get("current").forEach(i -> used.add(i.asInt()));
                        int chosen = placer.select(used);
                        score.compare(chosen, step.get("out").get("location").asInt(), where);
                    }
                    case "preempt" -> placer.preempted(in.get("location").asInt());
                    default -> placer.launched(in.get("location").asInt());
                }
                var active = new TreeSet<Integer>();
                step.get("out").get("active").forEach(i -> active.add(i.asInt()));
                score.compare(placer.active(), active, where);
            }
        }
        assertThat(score.compared()).isGreaterThan(30 * 60);
        assertThat(score.differences()).isEmpty();
    }

    private static SkyServeRules.Config config(JsonNode k) {
        boolean spot = !k.get("cls").asText().equals("RequestRateAutoscaler");
        return new SkyServeRules.Config(
                k.get("minReplicas").asInt(),
                k.get("maxReplicas").asInt(),
                k.get("targetQpsPerReplica").asDouble(),
                k.get("qpsWindowS").asDouble(),
                k.get("upThreshold").asInt(),
                k.get("downThreshold").asInt(),
                k.get("numOverprovision").asInt(0),
                spot,
                k.get("baseOndemand").asInt(0),
                k.get("dynamicOndemandFallback").asBoolean(false));
    }

    private static List<SkyServeRules.Member> live(JsonNode replicas) {
        var live = new ArrayList<SkyServeRules.Member>();
        for (JsonNode r : replicas) {
            for (var status : SkyServeRules.Status.values()) {
                if (status.name().equals(r.get("status").asText())) {
                    live.add(
                            new SkyServeRules.Member(
                                    r.get("id").asInt(), status, r.get("spot").asBoolean()));
                }
            }
        }
        return live;
    }

    private static List<String> sorted(SkyServeRules.Moves moves) {
        var all = new ArrayList<String>();
        for (int i = 0; i < moves.startSpot(); i++) {
            all.add("start spot");
        }
        for (int i = 0; i < moves.startOnDemand(); i++) {
            all.add("start");
        }
        moves.end().forEach(id -> all.add("end " + id));
        all.sort(String::compareTo);
        return all;
    }

    private static List<String> recorded(JsonNode decisions) {
        var all = new ArrayList<String>();
        for (JsonNode d : decisions) {
            var target = d.get("target");
            if (d.get("op").asText().equals("scale_down")) {
                all.add("end " + target.asInt());
            } else {
                boolean spot = !target.isNull() && target.get("use_spot").asBoolean();
                all.add(spot ? "start spot" : "start");
            }
        }
        all.sort(String::compareTo);
        return all;
    }
}
