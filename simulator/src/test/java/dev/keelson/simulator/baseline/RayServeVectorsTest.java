package dev.keelson.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Ray 2.60.0's own decisions. */
class RayServeVectorsTest {
    @Test
    void decidesOnceAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("ray-serve-single")) {
            var in = c.get("in");
            double total = in.get("totalRequests").asDouble();
            int running = in.get("running").asInt();
            int target = in.get("target").asInt();
            score.compare(
                    new RayServeRules(config(in)).unbounded(0, total, running, target),
                    c.get("out").get("unbounded").asInt(),
                    in.toString());
            score.compare(
                    new RayServeRules(config(in)).step(0, total, running, target),
                    c.get("out").get("target").asInt(),
                    in.toString());
        }
        assertThat(score.compared()).isEqualTo(600);
        assertThat(score.differences()).isEmpty();
    }

    @Test
    void decidesOverTimeAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("ray-serve")) {
            var rules = new RayServeRules(config(c.get("config")));
            for (JsonNode step : c.get("steps")) {
                var in = step.get("in");
                score.compare(
                        rules.step(
                                step.get("t").asDouble(),
                                in.get("totalRequests").asDouble(),
                                in.get("running").asInt(),
                                in.get("target").asInt()),
                        step.get("out").get("target").asInt(),
                        "case " + c.get("case") + " at " + step.get("t"));
            }
        }
        assertThat(score.compared()).isEqualTo(42 * 180);
        assertThat(score.differences()).isEmpty();
    }

    @Test
    void aggregatesGaugesAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("ray-serve-aggregate")) {
            var in = c.get("in");
            var gauges = new ArrayList<List<RayAggregation.Point>>();
            for (JsonNode series : in.get("series")) {
                var points = new ArrayList<RayAggregation.Point>();
                series.forEach(p ->
                        points.add(
                                new RayAggregation.Point(
                                        p.get("t").asDouble(), p.get("v").asDouble())));
                gauges.add(points);
            }
            var function =
                    RayAggregation.Function.valueOf(
                            in.get("aggregation").asText().toUpperCase(Locale.ROOT));
            score.compareClose(
                    RayAggregation.aggregate(gauges, in.get("now").asDouble(), function),
                    c.get("out").get("total").asDouble(),
                    1e-6,
                    in.toString());
        }
        assertThat(score.compared()).isEqualTo(200);
        assertThat(score.differences()).isEmpty();
    }

    private static RayServeRules.Config config(JsonNode k) {
        return new RayServeRules.Config(
                k.get("minReplicas").asInt(),
                k.get("maxReplicas").asInt(),
                k.get("targetOngoingRequests").asDouble(),
                k.get("upscalingFactor").asDouble(),
                k.get("downscalingFactor").asDouble(),
                k.get("upscaleDelayS").asDouble(),
                k.get("downscaleDelayS").asDouble(),
                k.hasNonNull("downscaleToZeroDelayS")
                        ? k.get("downscaleToZeroDelayS").asDouble()
                        : Double.NaN);
    }
}
