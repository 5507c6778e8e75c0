package dev.keelson.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Knative serving v0.51.0's own decisions. */
class KnativeVectorsTest {
    @Test
    void decidesOnceAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("knative-kpa-single")) {
            var in = c.get("in");
            var out = c.get("out");
            if (in.get("noData").asBoolean()) {
                score.compare(false, out.get("valid").asBoolean(), "no data");
                continue;
            }
            var rules =
                    new KnativeRules(config(in.get("spec")), in.get("readyAtCreation").asInt(), 0);
            var decision =
                    rules.decide(
                            2,
                            in.get("ready").asInt(),
                            in.get("stable").asDouble(),
                            in.get("panic").asDouble());
            score.compare(decision, decision(out), in.toString());
        }
        assertThat(score.compared()).isEqualTo(300);
        assertThat(score.differences()).isEmpty();
    }

    @Test
    void decidesOverTimeAsTheOriginal() {
        var decisions = new Vectors.Score();
        var windows = new Vectors.Score();
        for (JsonNode c : Vectors.read("knative-kpa")) {
            var spec = c.get("config");
            boolean weighted = !spec.get("aggregation").asText().isEmpty();
            int stable = spec.get("stableWindowS").asInt();
            int panic = spec.get("panicWindowS").asInt();
            var rules = new KnativeRules(config(spec), spec.get("initialReady").asInt(), 0);
            var window = new KnativeRules.Window();
            for (JsonNode step : c.get("steps")) {
                record(window, spec.get("metric").asText(), step.get("in").get("samples"));
                var out = step.get("out");
                if (!out.get("valid").asBoolean()) {
                    continue;
                }
                double now = step.get("t").asDouble();
                var where = "case " + c.get("case") + " at " + now;
                double seenStable = out.get("observedStable").asDouble();
                double seenPanic = out.get("observedPanic").asDouble();
                windows.compareClose(
                        mean(window, weighted, now, stable), seenStable, 2e-6, where + " stable");
                windows.compareClose(
                        mean(window, weighted, now, panic), seenPanic, 2e-6, where + " panic");
                decisions.compare(
                        rules.decide(
                                now, step.get("in").get("ready").asInt(), seenStable, seenPanic),
                        decision(out),
                        where);
            }
        }
        assertThat(decisions.compared()).isGreaterThan(5_000);
        assertThat(decisions.differences()).isEmpty();
        assertThat(windows.differences()).isEmpty();
    }

    @Test
    void goesToZeroAndBackAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("knative-scale-to-zero")) {
            var k = c.get("config");
            var initial = k.get("initialScale").asText();
            var rules =
                    new KnativeScaleToZero(
                            new KnativeScaleToZero.Config(
                                    k.get("minScale").asInt(),
                                    k.get("maxScale").asInt(),
                                    initial.isEmpty() ? 1 : Integer.parseInt(initial),
                                    k.get("enableScaleToZero").asBoolean(),
                                    k.get("stableWindowS").asDouble(),
                                    k.get("graceS").asDouble(),
                                    k.get("podRetentionS").asDouble(),
                                    k.get("activatorProbeDelayS").asDouble(),
                                    k.get("progressDeadlineS").asDouble(),
                                    k.get("targetBurstCapacity").asDouble()));
            for (JsonNode step : c.get("steps")) {
                var in = step.get("in");
                var out = step.get("out");
                var before = in.get("modeBefore").asText();
                var outcome =
                        rules.step(
                                step.get("t").asDouble(),
                                in.get("desired").asInt(),
                                in.get("excessBurst").asInt(),
                                in.get("ready").asInt(),
                                in.get("specReplicas").asInt(),
                                before.isEmpty() ? null : mode(before));
                score.compare(
                        outcome,
                        new KnativeScaleToZero.Outcome(
                                out.get("want").asInt(),
                                out.get("specReplicas").asInt(),
                                KnativeScaleToZero.State.valueOf(
                                        out.get("stateAfter").asText().toUpperCase(Locale.ROOT)),
                                mode(out.get("modeAfter").asText())),
                        "case " + c.get("case") + " at " + step.get("t"));
            }
        }
        assertThat(score.compared()).isEqualTo(30 * 160);
        assertThat(score.differences()).isEmpty();
    }

    private static KnativeScaleToZero.Mode mode(String name) {
        return KnativeScaleToZero.Mode.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static double mean(
            KnativeRules.Window window, boolean weighted, double now, int seconds) {
        return weighted ? window.weightedMean(now, seconds) : window.mean(now, seconds);
    }

    private static void record(KnativeRules.Window window, String metric, JsonNode samples) {
        if (samples == null || samples.isNull()) {
            return;
        }
        for (JsonNode s : samples) {
            double value =
                    s.get(metric.equals("concurrency") ? "concurrency" : "requests").asDouble();
            window.record(s.get("t").asDouble(), value - s.get("proxiedConcurrency").asDouble());
        }
    }

    private static KnativeRules.Decision decision(JsonNode out) {
        return new KnativeRules.Decision(
                out.get("desired").asInt(), out.get("excessBurstCapacity").asInt());
    }

    private static KnativeRules.Config config(JsonNode k) {
        return new KnativeRules.Config(
                k.get("targetValue").asDouble(),
                k.get("totalValue").asDouble(),
                k.get("maxScaleUpRate").asDouble(),
                k.get("maxScaleDownRate").asDouble(),
                k.get("targetBurstCapacity").asDouble(),
                k.get("panicThreshold").asDouble(),
                k.get("stableWindowS").asInt(),
                k.get("panicWindowS").asInt(),
                k.get("scaleDownDelayS").asInt(),
                k.get("activationScale").asInt(),
                k.get("reachable").asBoolean());
    }
}
