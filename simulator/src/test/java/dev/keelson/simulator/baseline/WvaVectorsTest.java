package dev.keelson.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** llm-d's workload variant autoscaler's own decisions (commit b08b1c7). */
class WvaVectorsTest {
    @Test
    void judgesSaturationAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("wva-v1")) {
            var in = c.get("in");
            var out = c.get("out");
            var replicas = new ArrayList<WvaSaturation.Replica>();
            for (JsonNode r : in.get("replicas")) {
                replicas.add(
                        new WvaSaturation.Replica(
                                r.get("variant").asText(),
                                r.get("cost").asDouble(),
                                r.get("kvUsage").asDouble(),
                                r.get("queue").asDouble()));
            }
            var variants = new ArrayList<WvaSaturation.Variant>();
            for (JsonNode v : in.get("variants")) {
                variants.add(
                        new WvaSaturation.Variant(
                                v.get("variant").asText(),
                                v.get("current").asInt(),
                                v.get("desired").asInt(),
                                v.get("pending").asInt()));
            }
            var config =
                    new WvaSaturation.Config(
                            in.get("kvThreshold").asDouble(),
                            in.get("queueThreshold").asDouble(),
                            in.get("kvSpareTrigger").asDouble(),
                            in.get("queueSpareTrigger").asDouble());
            score.compare(
                    WvaSaturation.decide(config, replicas, variants),
                    new WvaSaturation.Decision(
                            out.get("shouldScaleUp").asBoolean(),
                            out.get("scaleDownSafe").asBoolean(),
                            counts(out.get("targets"))),
                    in.toString());
        }
        assertThat(score.compared()).isEqualTo(381);
        assertThat(score.differences()).isEmpty();
    }

    @Test
    void countsTokensAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("wva-v2")) {
            replay(c, score);
        }
        assertThat(score.compared()).isEqualTo(30 * 100 * 4);
        assertThat(score.differences()).isEmpty();
    }

    private static void replay(JsonNode c, Vectors.Score score) {
        var k = c.get("config");
        var variants = new ArrayList<WvaTokens.Variant>();
        for (JsonNode v : k.get("variants")) {
            var record = v.get("deploymentRecord");
            variants.add(
                    new WvaTokens.Variant(
                            v.get("name").asText(),
                            v.get("accelerator").asText(),
                            v.get("cost").asDouble(),
                            record == null ? null : record.get("maxBatchedTokens").asInt(),
                            record == null ? null : record.get("maxNumSeqs").asInt()));
        }
        var rules =
                new WvaTokens(
                        new WvaTokens.Config(
                                k.get("kvCacheThreshold").asDouble(),
                                k.get("queueLengthThreshold").asDouble(),
                                k.get("scaleUpThreshold").asDouble(),
                                k.get("scaleDownBoundary").asDouble(),
                                k.get("scaleToZero").asBoolean()),
                        variants);
        for (JsonNode step : c.get("steps")) {
            var where = "case " + c.get("case") + " at " + step.get("t");
            var in = step.get("in");
            var out = step.get("out");
            var replicas = new ArrayList<WvaTokens.Replica>();
            for (JsonNode r : in.get("replicas")) {
                replicas.add(
                        new WvaTokens.Replica(
                                r.get("variant").asText(),
                                r.get("avgInput").asDouble(),
                                r.get("avgOutput").asDouble(),
                                r.get("queue").asDouble(),
                                r.get("tokensInUse").asDouble(),
                                r.get("totalKvTokens").asDouble()));
            }
            var counts = new ArrayList<WvaTokens.Count>();
            for (JsonNode v : in.get("variants")) {
                counts.add(
                        new WvaTokens.Count(
                                v.get("variant").asText(),
                                v.get("current").asInt(),
                                v.get("pending").asInt()));
            }
            var queue = in.get("schedulerQueue");
            boolean queued = queue != null && !queue.isNull();
            var analysis =
                    rules.analyze(
                            replicas,
                            counts,
                            queued ? queue.get("size").asDouble() : 0,
                            queued ? queue.get("bytes").asDouble() : 0);
            score.compare(analysis.targets(), counts(out.get("targets")), where);
            score.compareClose(analysis.supply(), out.get("supply").asDouble(), 1e-9, where);
            score.compareClose(analysis.demand(), out.get("demand").asDouble(), 1e-6, where);
            score.compare(
                    rules.enforce(analysis, replicas, in.get("requestsInRetention").asDouble()),
                    counts(out.get("enforced")),
                    where + " enforced");
        }
    }

    private static SortedMap<String, Integer> counts(JsonNode node) {
        var counts = new TreeMap<String, Integer>();
        node.properties().forEach(e -> counts.put(e.getKey(), e.getValue().asInt()));
        return counts;
    }
}
