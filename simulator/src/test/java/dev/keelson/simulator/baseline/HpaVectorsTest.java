package dev.keelson.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Kubernetes v1.37.2's own decisions. */
class HpaVectorsTest {
    @Test
    void calculatesTheReplicasOfTheOriginal() {
        var score = new Vectors.Score();
        var cases = Vectors.read("hpa-calculator");
        for (int i = 0; i < cases.size(); i++) {
            var in = cases.get(i).get("in");
            var out = cases.get(i).get("out");
            var replicas =
                    HpaRules.replicas(
                            new HpaRules.Query(
                                    kind(in.get("fn").asText()),
                                    in.get("currentReplicas").asInt(),
                                    in.get("target").asLong(),
                                    in.get("toleranceUp").asDouble(),
                                    in.get("toleranceDown").asDouble(),
                                    in.get("cpuInitializationPeriodS").asDouble(),
                                    in.get("initialReadinessDelayS").asDouble(),
                                    pods(in.get("pods")),
                                    values(in.get("valuesMilli"))));
            var recorded =
                    out.has("error")
                            ? OptionalInt.empty()
                            : OptionalInt.of(out.get("replicas").asInt());
            score.compare(replicas, recorded, "case " + i + " " + in.get("fn").asText());
        }
        assertThat(score.compared()).isEqualTo(480);
        // Four huge values overflow a 32-bit count in the original and become −2147483648. We keep
        // the largest count instead: an overflow is no decision to copy.
        assertThat(score.differences())
                .hasSizeLessThanOrEqualTo(4)
                .allMatch(d ->
                        d.endsWith("OptionalInt[2147483647] instead of OptionalInt[-2147483648]"));
    }

    @Test
    void normalizesAndMergesMetricsAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("hpa-reconcile")) {
            var config = c.get("config");
            boolean outside = false;
            for (JsonNode metric : config.get("metrics")) {
                outside |= metric.get("kind").asText().matches("(ext|obj).*");
            }
            boolean behavior = config.get("behaviorPresent").asBoolean();
            var normalizer =
                    new HpaNormalizer(
                            new HpaNormalizer.Config(
                                    config.get("minReplicas").asInt(),
                                    config.get("maxReplicas").asInt(),
                                    config.get("controllerDownscaleStabilizationS").asInt(),
                                    behavior ? rules(config.get("scaleUp")) : null,
                                    behavior ? rules(config.get("scaleDown")) : null,
                                    outside));
            for (JsonNode step : c.get("steps")) {
                var where = "case " + c.get("case") + " at " + step.get("t");
                var out = step.get("out");
                int current = step.get("in").get("specReplicas").asInt();
                int set = out.get("newSpecReplicas").asInt();
                var recorded =
                        out.get("metricDesired").isNull()
                                ? OptionalInt.empty()
                                : OptionalInt.of(out.get("metricDesired").asInt());
                double now = step.get("t").asDouble();
                score.compare(normalizer.step(now, current, recorded), set, where);
                normalizer.applied(now, current, set);
                score.compare(merged(config, step.get("in")), recorded, where + " metrics");
            }
        }
        assertThat(score.compared()).isEqualTo(2 * 49 * 120);
        assertThat(score.differences()).isEmpty();
    }

    /** The largest proposal; any metric that fails forbids shrinking. */
    private static OptionalInt merged(JsonNode config, JsonNode in) {
        int best = 0;
        int failed = 0;
        for (JsonNode metric : config.get("metrics")) {
            var one = proposal(config, in, metric);
            if (one.isEmpty()) {
                failed++;
            } else {
                best = Math.max(best, one.getAsInt());
            }
        }
        boolean none =
                failed == config.get("metrics").size()
                        || (failed > 0 && best < in.get("specReplicas").asInt());
        return none ? OptionalInt.empty() : OptionalInt.of(best);
    }

    private static OptionalInt proposal(JsonNode config, JsonNode in, JsonNode metric) {
        var value = in.get("metrics").get(metric.get("name").asText());
        if (value == null || value.isNull()) {
            return OptionalInt.empty();
        }
        var kind = kind(metric.get("kind").asText());
        boolean average =
                kind == HpaRules.Kind.EXTERNAL_AVERAGE || kind == HpaRules.Kind.OBJECT_AVERAGE;
        boolean byPods = value.isTextual();
        int all = in.get("statusReplicas").asInt();
        var pods = byPods ? pods(in.get("pods")) : pods(in.get("readyPods").asInt(), all);
        return HpaRules.replicas(
                new HpaRules.Query(
                        kind,
                        average ? all : in.get("specReplicas").asInt(),
                        metric.get("target").asLong(),
                        tolerance(config, "scaleUp"),
                        tolerance(config, "scaleDown"),
                        300,
                        30,
                        pods,
                        byPods ? List.of() : List.of(value.asLong())));
    }

    private static double tolerance(JsonNode config, String direction) {
        var rules = config.get(direction);
        var own = rules == null ? null : rules.get("tolerance");
        return own == null || own.isNull() ? config.get("tolerance").asDouble() : own.asDouble();
    }

    private static List<HpaRules.Pod> pods(int ready, int all) {
        var pods = new ArrayList<HpaRules.Pod>();
        for (int i = 0; i < all; i++) {
            pods.add(new HpaRules.Pod("p" + i, "Running", i < ready, null, 0, false, 0, null));
        }
        return pods;
    }

    private static HpaNormalizer.@Nullable Rules rules(JsonNode node) {
        if (node.isNull()) {
            return null;
        }
        var policies = new ArrayList<HpaNormalizer.Policy>();
        if (node.hasNonNull("policies")) {
            for (JsonNode p : node.get("policies")) {
                policies.add(
                        new HpaNormalizer.Policy(
                                p.get("type").asText().equals("Percent"),
                                p.get("value").asInt(),
                                p.get("periodS").asInt()));
            }
        }
        return new HpaNormalizer.Rules(
                node.get("selectPolicy").asText(),
                policies,
                node.get("stabilizationWindowS").isNull()
                        ? null
                        : node.get("stabilizationWindowS").asInt());
    }

    private static HpaRules.Kind kind(String name) {
        return switch (name) {
            case "resource-utilization" -> HpaRules.Kind.RESOURCE_UTILIZATION;
            case "pods" -> HpaRules.Kind.PODS;
            case "object-value", "object-average", "external-value", "external-average" ->
                    HpaRules.Kind.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
            default -> HpaRules.Kind.RESOURCE_VALUE;
        };
    }

    private static List<Long> values(JsonNode node) {
        var values = new ArrayList<Long>();
        if (node != null && !node.isNull()) {
            node.forEach(v -> values.add(v.asLong()));
        }
        return values;
    }

    private static List<HpaRules.Pod> pods(@Nullable JsonNode node) {
        var pods = new ArrayList<HpaRules.Pod>();
        if (node == null || node.isNull()) {
            return pods;
        }
        for (JsonNode p : node) {
            var metric = p.get("metric");
            pods.add(
                    new HpaRules.Pod(
                            p.get("name").asText(),
                            p.get("phase").asText(),
                            p.get("ready").isNull() ? null : p.get("ready").asBoolean(),
                            p.get("startAgeS").isNull() ? null : p.get("startAgeS").asDouble(),
                            p.get("readyTransitionAgeS").asDouble(),
                            p.get("deleting").asBoolean(),
                            p.get("requestMilli").asLong(),
                            metric == null || metric.isNull()
                                    ? null
                                    : new HpaRules.Sample(
                                            metric.get("valueMilli").asLong(),
                                            metric.get("ageS").asDouble(),
                                            metric.get("windowS").asDouble())));
        }
        return pods;
    }
}
