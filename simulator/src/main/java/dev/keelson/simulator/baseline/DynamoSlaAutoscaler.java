package dev.keelson.simulator.baseline;

import dev.keelson.simulator.trace.EngineProfile;
import dev.keelson.simulator.trace.Fleet;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Dynamo's throughput loop with an SLA, for an aggregated engine: every 180 s it predicts requests,
 * prompt and output lengths of the next interval and sizes the fleet by the engine profile; the
 * prefill and the decode need are added, as both run on the same engine. The predictor is Kalman
 * instead of its default, ARIMA.
 */
final class DynamoSlaAutoscaler implements Autoscaler {
    private static final int INTERVAL_SECONDS = 180;
    private static final int MOST_CHANGE = 8;

    private final Fleet fleet;
    private final double itlSeconds;
    private final Cadence interval = new Cadence(INTERVAL_SECONDS);
    private final DynamoPredictor requests = new DynamoPredictor.Kalman(1, 0.1, 10, false);
    private final DynamoPredictor inputs = new DynamoPredictor.Kalman(1, 0.1, 10, false);
    private final DynamoPredictor outputs = new DynamoPredictor.Kalman(1, 0.1, 10, false);
    private long arrivals;
    private long promptTokens;
    private long completions;
    private long outputTokens;

    DynamoSlaAutoscaler(Fleet fleet) {
        this.fleet = fleet;
        itlSeconds = fleet.slo().tpot().toNanos() / 1e9;
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("interval", INTERVAL_SECONDS + "s");
        p.put("predictor", "kalman q=diag(1,0.1) r=10 (its default, arima, is not built)");
        p.put("itl", Parameters.number(itlSeconds * 1e3) + "ms");
        p.put("maxChange", MOST_CHANGE + " a decision");
        p.put("loadLoop", "off");
        return p;
    }

    @Override
    public OptionalInt step(FleetSample s) {
        if (!interval.isDue(s.seconds())) {
            return OptionalInt.empty();
        }
        if (s.seconds() == 0) {
            return OptionalInt.empty();
        }
        double count = s.arrivals() - arrivals;
        requests.observe(count);
        if (count > 0) {
            inputs.observe((s.arrivedPromptTokens() - promptTokens) / count);
        }
        double done = s.completions() - completions;
        if (done > 0) {
            outputs.observe((s.completedOutputTokens() - outputTokens) / done);
        }
        arrivals = s.arrivals();
        promptTokens = s.arrivedPromptTokens();
        completions = s.completions();
        outputTokens = s.completedOutputTokens();
        int wanted =
                replicas(
                        Math.max(0, requests.predict()) / INTERVAL_SECONDS,
                        Math.max(1, inputs.predict()),
                        Math.max(1, outputs.predict()));
        return OptionalInt.of(
                Math.max(s.target() - MOST_CHANGE, Math.min(s.target() + MOST_CHANGE, wanted)));
    }

    /**
     * ceil(rate x (prefill time + decode time a request)), decode at the largest batch in the ITL.
     */
    int replicas(double perSecond, double input, double output) {
        EngineProfile engine = fleet.engine();
        double context = input + output / 2;
        int low = 1;
        int high = (int) Math.max(1, Math.min(engine.maxSequences(), engine.kvTokens() / context));
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (engine.stepSeconds(0, middle, middle * context, 0) <= itlSeconds) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        double decode = output * engine.stepSeconds(0, low, low * context, 0) / low;
        return (int) Math.ceil(perSecond * (engine.prefillSeconds(input) + decode));
    }
}
