package dev.keelson.simulator.baseline;

import dev.keelson.simulator.trace.Fleet;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Dynamo's two loops with an SLA, for an aggregated engine. The throughput loop predicts requests,
 * prompt and output lengths of the next 180 s and sizes the fleet by the engine profile; prefill
 * and decode need are added, as both run on the same engine. Its count is the floor of the load
 * loop, which every 5 s adds one replica when all engines would miss the SLA for one more request,
 * and takes one away when the rest would stay below 80 % of it. The predictor is Kalman instead of
 * its default, ARIMA.
 */
final class DynamoSlaAutoscaler implements Autoscaler {
    private static final int INTERVAL_SECONDS = 180;
    private static final int LOAD_SECONDS = 5;
    private static final int MOST_CHANGE = 8;
    private static final double DOWN_SENSITIVITY = 0.8;

    private final Fleet fleet;
    private final double ttftSeconds;
    private final double itlSeconds;
    private final Cadence interval = new Cadence(INTERVAL_SECONDS);
    private final Cadence load = new Cadence(LOAD_SECONDS);
    private int floor = 1;
    private final DynamoPredictor requests = new DynamoPredictor.Kalman(1, 0.1, 10, false);
    private final DynamoPredictor inputs = new DynamoPredictor.Kalman(1, 0.1, 10, false);
    private final DynamoPredictor outputs = new DynamoPredictor.Kalman(1, 0.1, 10, false);
    private long arrivals;
    private long promptTokens;
    private long completions;
    private long outputTokens;

    DynamoSlaAutoscaler(Fleet fleet) {
        this.fleet = fleet;
        ttftSeconds = fleet.slo().ttft().toNanos() / 1e9;
        itlSeconds = fleet.slo().tpot().toNanos() / 1e9;
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("interval", INTERVAL_SECONDS + "s");
        p.put("predictor", "kalman q=diag(1,0.1) r=10 (its default, arima, is not built)");
        p.put("itl", Parameters.number(itlSeconds * 1e3) + "ms");
        p.put("maxChange", MOST_CHANGE + " a decision");
        p.put("loadInterval", LOAD_SECONDS + "s");
        p.put("ttft", Parameters.number(ttftSeconds * 1e3) + "ms");
        p.put("scaleDownSensitivity", Parameters.number(DOWN_SENSITIVITY));
        return p;
    }

    @Override
    public OptionalInt step(FleetSample s) {
        boolean raised = false;
        if (interval.isDue(s.seconds()) && s.seconds() > 0) {
            floor = throughput(s);
            raised = floor > s.target();
        }
        if (raised) {
            return OptionalInt.of(floor);
        }
        return load.isDue(s.seconds()) ? byLoad(s) : OptionalInt.empty();
    }

    /** One step up or down; it holds while a change is under way. */
    private OptionalInt byLoad(FleetSample s) {
        var ready = s.readyReplicas();
        int n = ready.size();
        if (n == 0 || n != s.target() || s.replicas().size() != n || s.arrivals() == 0) {
            return OptionalInt.empty();
        }
        double input = s.arrivedPromptTokens() / (double) s.arrivals();
        double gateway = s.queued() * input / n;
        boolean allMiss = true;
        boolean restKeeps = n > 1;
        double shared = n / (double) Math.max(1, n - 1);
        for (var r : ready) {
            allMiss &= share(r, gateway, input, 1) > 1;
            restKeeps &= share(r, gateway, input, shared) < DOWN_SENSITIVITY;
        }
        if (allMiss) {
            return OptionalInt.of(n + 1);
        }
        return restKeeps ? OptionalInt.of(Math.max(floor, n - 1)) : OptionalInt.empty();
    }

    /** What one more request would see here, as a share of the SLA: the worse of TTFT and ITL. */
    private double share(FleetSample.ReplicaSample r, double gateway, double input, double grown) {
        var engine = fleet.speed();
        double ttft = engine.prefillSeconds((r.queuedPrefillTokens() + gateway) * grown + input);
        int decodes = (int) Math.ceil(r.running() * grown) + 1;
        double itl = engine.decodeSeconds(decodes, r.decodeKvTokens() * grown + input);
        return Math.max(ttft / ttftSeconds, itl / itlSeconds);
    }

    private int throughput(FleetSample s) {
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
        return Math.max(s.target() - MOST_CHANGE, Math.min(s.target() + MOST_CHANGE, wanted));
    }

    /**
     * ceil(rate x (prefill time + decode time a request)), decode at the largest batch in the ITL.
     */
    int replicas(double perSecond, double input, double output) {
        var engine = fleet.engine();
        var speed = fleet.speed();
        double context = input + output / 2;
        int low = 1;
        int high = (int) Math.max(1, Math.min(engine.maxSequences(), engine.kvTokens() / context));
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (speed.decodeSeconds(middle, middle * context) <= itlSeconds) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        double decode = output * speed.decodeSeconds(low, low * context) / low;
        return (int) Math.ceil(perSecond * (speed.prefillSeconds(input) + decode));
    }
}
