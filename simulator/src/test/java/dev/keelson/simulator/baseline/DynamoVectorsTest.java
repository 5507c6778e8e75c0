package dev.keelson.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.simulator.baseline.DynamoRules.Budget;
import dev.keelson.simulator.baseline.DynamoRules.Component;
import dev.keelson.simulator.baseline.DynamoRules.Pair;
import dev.keelson.simulator.baseline.DynamoRules.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Dynamo 1.4.2's own decisions. */
class DynamoVectorsTest {
    @Test
    void clampsToTheBudgetAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("dynamo-budget")) {
            var in = c.get("in");
            var out = c.get("out");
            if (in.get("kind").asText().equals("single")) {
                var budget = budget(in.get("gpu").asInt(), in, "minGpus", "maxGpus");
                score.compare(
                        DynamoRules.clamp(in.get("desired").asInt(), budget),
                        out.get("desired").asInt(),
                        in.toString());
            } else {
                score.compare(
                        DynamoRules.clamp(
                                new Pair(in.get("prefill").asInt(), in.get("decode").asInt()),
                                in.get("prefillGpu").asInt(),
                                in.get("decodeGpu").asInt(),
                                budget(0, in, "minGpus", "maxGpus")),
                        new Pair(out.get("prefill").asInt(), out.get("decode").asInt()),
                        in.toString());
            }
        }
        assertThat(score.compared()).isEqualTo(300);
        assertThat(score.differences()).isEmpty();
    }

    @Test
    void decidesInEasyModeAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("dynamo-easy")) {
            var in = c.get("in");
            var out = c.get("out");
            switch (in.get("mode").asText()) {
                case "disagg" ->
                        score.compare(
                                disaggregated(in),
                                out.get("decided").asBoolean()
                                        ? List.of(
                                                out.get("prefill").asInt(),
                                                out.get("decode").asInt())
                                        : List.of(),
                                in.toString());
                case "prefill" ->
                        score.compare(
                                single(in, Component.PREFILL),
                                optional(out.get("prefill")),
                                in.toString());
                case "decode" ->
                        score.compare(
                                single(in, Component.DECODE),
                                optional(out.get("decode")),
                                in.toString());
                default ->
                        score.compare(
                                single(in, Component.AGGREGATED),
                                optional(out.get("decode")),
                                in.toString());
            }
        }
        assertThat(score.compared()).isEqualTo(480);
        assertThat(score.differences()).isEmpty();
    }

    @Test
    void decidesOnItsReplayAsTheOriginal() {
        var score = new Vectors.Score();
        for (JsonNode c : Vectors.read("dynamo-replay")) {
            var k = c.get("config");
            var config = config(k, 1);
            var budget = budget(k.get("gpuPerEngine").asInt(), k, "minGpuBudget", "maxGpuBudget");
            for (JsonNode step : c.get("steps")) {
                var in = step.get("in");
                var workers = in.get("workers");
                var seen = workers(in.get("fpm"));
                OptionalInt wanted = OptionalInt.empty();
                if (workers != null && !workers.isNull() && in.get("runLoad").asBoolean()) {
                    int ready = workers.get("ready").asInt();
                    boolean steady =
                            !workers.get("scalingInProgress").asBoolean()
                                    && workers.get("expected").asInt() == ready
                                    && seen.size() == ready
                                    && ready > 0;
                    if (steady) {
                        wanted = DynamoRules.easy(config, Component.AGGREGATED, seen, ready);
                    }
                    if (wanted.isPresent()) {
                        int clamped =
                                DynamoRules.clamp(
                                        Math.max(wanted.getAsInt(), config.minEndpoint()), budget);
                        // A target that equals the present count is dropped.
                        wanted = clamped == ready ? OptionalInt.empty() : OptionalInt.of(clamped);
                    }
                }
                score.compare(
                        wanted,
                        optional(step.get("out").get("scaleTo")),
                        "case " + c.get("case") + " at " + step.get("t"));
            }
        }
        assertThat(score.compared()).isGreaterThan(6 * 93);
        assertThat(score.differences()).isEmpty();
    }

    @Test
    void predictsAsTheOriginalsWithoutALibrary() {
        var score = new Vectors.Score();
        int arima = 0;
        for (JsonNode c : Vectors.read("dynamo-predictors")) {
            var k = c.get("config");
            DynamoPredictor predictor;
            switch (k.get("predictor").asText()) {
                case "kalman" ->
                        predictor =
                                new DynamoPredictor.Kalman(
                                        k.get("qLevel").asDouble(),
                                        k.get("qTrend").asDouble(),
                                        k.get("r").asDouble(),
                                        k.get("log1p").asBoolean());
                case "constant" -> predictor = new DynamoPredictor.Constant();
                default -> {
                    // Its ARIMA is a library's automatic choice of orders (pmdarima): not built.
                    arima++;
                    continue;
                }
            }
            for (JsonNode step : c.get("steps")) {
                var value = step.get("in").get("value");
                predictor.observe(value.isNull() ? 0 : value.asDouble());
                score.compareClose(
                        predictor.predict(),
                        step.get("out").get("prediction").asDouble(),
                        1e-6,
                        k + " at " + step.get("t"));
            }
        }
        assertThat(score.compared()).isGreaterThan(1_000);
        assertThat(arima).isPositive();
        assertThat(score.differences()).isEmpty();
    }

    private static List<Integer> disaggregated(JsonNode in) {
        int prefillReady = in.get("readyPrefill").asInt();
        int decodeReady = in.get("readyDecode").asInt();
        var prefill = workers(in.get("prefillFpm"));
        var decode = workers(in.get("decodeFpm"));
        boolean nothing = prefill.isEmpty() && decode.isEmpty();
        if (nothing
                || in.get("scalingInProgress").asBoolean()
                || (!prefill.isEmpty() && prefill.size() != prefillReady)
                || (!decode.isEmpty() && decode.size() != decodeReady)) {
            return List.of();
        }
        var config = config(in, in.get("contextLength").asDouble());
        int least = config.minEndpoint();
        var p =
                prefill.isEmpty()
                        ? OptionalInt.empty()
                        : DynamoRules.easy(config, Component.PREFILL, prefill, prefillReady);
        var d =
                decode.isEmpty() || decodeReady == 0
                        ? OptionalInt.empty()
                        : DynamoRules.easy(config, Component.DECODE, decode, decodeReady);
        var clamped =
                DynamoRules.clamp(
                        new Pair(
                                Math.max(p.orElse(prefillReady), least),
                                Math.max(d.orElse(decodeReady), least)),
                        in.get("prefillGpu").asInt(),
                        in.get("decodeGpu").asInt(),
                        budget(0, in, "minGpuBudget", "maxGpuBudget"));
        return clamped.prefill() == prefillReady && clamped.decode() == decodeReady
                ? List.of()
                : List.of(clamped.prefill(), clamped.decode());
    }

    private static OptionalInt single(JsonNode in, Component component) {
        boolean prefill = component == Component.PREFILL;
        var workers = workers(in.get(prefill ? "prefillFpm" : "decodeFpm"));
        int ready = in.get(prefill ? "readyPrefill" : "readyDecode").asInt();
        if (workers.isEmpty()
                || in.get("scalingInProgress").asBoolean()
                || workers.size() != ready
                || ready <= 0) {
            return OptionalInt.empty();
        }
        var config = config(in, in.get("contextLength").asDouble());
        var wanted = DynamoRules.easy(config, component, workers, ready);
        if (wanted.isEmpty()) {
            return wanted;
        }
        int atLeast =
                component == Component.AGGREGATED
                        ? Math.max(wanted.getAsInt(), config.minEndpoint())
                        : wanted.getAsInt();
        int gpus = in.get(prefill ? "prefillGpu" : "decodeGpu").asInt();
        return OptionalInt.of(
                DynamoRules.clamp(atLeast, budget(gpus, in, "minGpuBudget", "maxGpuBudget")));
    }

    private static OptionalInt optional(JsonNode node) {
        return node.isNull() ? OptionalInt.empty() : OptionalInt.of(node.asInt());
    }

    private static Budget budget(int gpus, JsonNode in, String least, String most) {
        return new Budget(
                gpus, in.get(least).asInt(), in.get(most).asInt(), in.get("minEndpoint").asInt());
    }

    private static DynamoRules.Config config(JsonNode k, double contextLength) {
        return new DynamoRules.Config(
                DynamoRules.Target.valueOf(
                        k.get("optimizationTarget").asText().toUpperCase(Locale.ROOT)),
                k.get("minEndpoint").asInt(),
                k.get("upKvRatePct").asDouble() / 100,
                k.get("downKvRatePct").asDouble() / 100,
                k.has("upQueueTokens") ? k.get("upQueueTokens").asDouble() : 0,
                k.has("downQueueTokens") ? k.get("downQueueTokens").asDouble() : 0,
                k.get("maxKvTokens").asDouble(),
                contextLength);
    }

    private static List<Worker> workers(JsonNode fpm) {
        var workers = new ArrayList<Worker>();
        if (fpm != null && !fpm.isNull()) {
            for (JsonNode f : fpm) {
                workers.add(
                        new Worker(
                                f.get("schedDecodeKv").asDouble(),
                                f.get("queuedDecodeKv").asDouble(),
                                f.get("queuedPrefillTokens").asDouble()));
            }
        }
        return workers;
    }
}
