package dev.keelson.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** AIBrix's own decisions (commit e3e10f9, 2026-08-22), as shipped. */
class AibrixVectorsTest {
    @Test
    void recommendsAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("aibrix-algorithm")) {
            var in = c.get("in");
            score.compare(
                    AibrixRules.recommend(
                            config(in, 180, 60, 0, 300),
                            in.get("current").asInt(),
                            in.get("stable").asDouble(),
                            in.get("panic").asDouble()),
                    c.get("out").get("desired").asInt(),
                    in.toString());
        }
        assertThat(score.compared()).isEqualTo(400);
        assertThat(score.differences()).isEmpty();
    }

    @Test
    void scalesOverTimeAsTheOriginal() {
        var score = new Vectors.Score();
        var windows = new Vectors.Score();
        for (JsonNode c : Vectors.read("aibrix-podautoscaler")) {
            replay(c, score, windows);
        }
        assertThat(score.compared()).isGreaterThan(8_000);
        assertThat(score.differences()).isEmpty();
        assertThat(windows.differences()).isEmpty();
    }

    private static void replay(JsonNode c, Vectors.Score score, Vectors.Score windows) {
        var k = c.get("config");
        var config =
                config(
                        k,
                        k.get("stableWindowS").asDouble(),
                        k.get("panicWindowS").asDouble(),
                        k.get("scaleUpCooldownS").asDouble(),
                        k.get("scaleDownCooldownS").asDouble());
        var cooldown = new AibrixRules.Cooldown(config);
        var seen = new TreeMap<Integer, AibrixRules.Window[]>();
        for (JsonNode step : c.get("steps")) {
            var out = step.get("out");
            var where = "case " + c.get("case") + " at " + step.get("t");
            double now = step.get("t").asDouble();
            int current = step.get("in").get("current").asInt();
            if ((current == 0 && config.minReplicas() != 0)
                    || current > config.maxReplicas()
                    || current < config.minReplicas()) {
                int bound =
                        current == 0
                                ? 0
                                : Math.max(
                                        config.minReplicas(),
                                        Math.min(config.maxReplicas(), current));
                score.compare(bound, out.get("desired").asInt(), where);
                continue;
            }
            var proposals = new ArrayList<Integer>();
            for (int m = 0; m < k.get("metrics").size(); m++) {
                var values = values(step.get("in").get("m" + m));
                if (values == null || (values.isEmpty() && current > 0)) {
                    continue;
                }
                var window =
                        seen.computeIfAbsent(
                                m,
                                key ->
                                        new AibrixRules.Window[] {
                                            new AibrixRules.Window(config.stableSeconds()),
                                            new AibrixRules.Window(config.panicSeconds())
                                        });
                if (!values.isEmpty()) {
                    double mean = values.stream().mapToDouble(v -> v).average().orElse(0);
                    window[0].record(now, mean);
                    window[1].record(now, mean);
                }
                var recorded = out.get("stablePanic").get("m" + m);
                windows.compareClose(window[0].mean(), recorded.get(0).asDouble(), 1e-9, where);
                windows.compareClose(window[1].mean(), recorded.get(1).asDouble(), 1e-9, where);
                proposals.add(
                        AibrixRules.recommend(
                                config,
                                current,
                                recorded.get(0).asDouble(),
                                recorded.get(1).asDouble()));
            }
            if (proposals.isEmpty()) {
                score.compare(true, out.has("error"), where);
                continue;
            }
            int wanted = proposals.stream().mapToInt(v -> v).max().orElse(0);
            score.compare(wanted, out.get("metricDesired").asInt(), where + " metric");
            score.compare(cooldown.apply(now, current, wanted), out.get("desired").asInt(), where);
        }
    }

    /** Per-pod values without the missing ones, or one external value; null where it is absent. */
    private static @org.jspecify.annotations.Nullable List<Double> values(JsonNode node) {
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isArray()) {
            return List.of(node.asDouble());
        }
        var values = new ArrayList<Double>();
        for (JsonNode v : node) {
            if (!v.isNull()) {
                values.add(v.asDouble());
            }
        }
        return values;
    }

    private static AibrixRules.Config config(
            JsonNode k, double stable, double panic, double up, double down) {
        return new AibrixRules.Config(
                AibrixRules.Strategy.valueOf(k.get("strategy").asText()),
                k.get("target").asDouble(),
                k.get("upTolerance").asDouble(),
                k.get("downTolerance").asDouble(),
                k.get("maxScaleUpRate").asDouble(),
                k.get("maxScaleDownRate").asDouble(),
                k.get("panicThreshold").asDouble(),
                stable,
                panic,
                up,
                down,
                k.get("minReplicas").asInt(),
                k.get("maxReplicas").asInt(),
                false);
    }
}
