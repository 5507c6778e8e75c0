package dev.keelson.simulator.world;

import dev.keelson.core.demand.ReplicaCapacity;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceRequest;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What one replica can do: the highest rate of Poisson arrivals with the trace's lengths at which
 * 99 % meet the SLO, found by bisection on the replica model.
 *
 * @param requestsPerSecond that rate
 * @param meanWorkSeconds engine time that a mean request of the trace costs
 */
public record Capacity(double requestsPerSecond, double meanWorkSeconds) {
    private static final double WANTED = 0.99;
    private static final double SECONDS = 300;
    private static final int ROUNDS = 12;

    public static Capacity of(Fleet fleet, Trace trace, long seed) {
        double mean = trace.stream().mapToDouble(r -> workSeconds(fleet, r)).average().orElse(1);
        double low = 0;
        double high = 2 / mean;
        for (int i = 0; i < ROUNDS; i++) {
            double middle = (low + high) / 2;
            if (attainment(fleet, trace, middle, seed) >= WANTED) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return new Capacity(Math.max(low, 1e-6), mean);
    }

    /**
     * The same as token work: prefill by its time a token, decode by its share of a full batch's
     * step, both up to the share of its time that a replica may be busy within the SLO.
     */
    ReplicaCapacity ofReplica(Fleet fleet, Trace trace) {
        var speed = fleet.speed();
        int batch = fleet.maxSequences();
        double context = trace.meanPromptTokens() + trace.meanOutputTokens() / 2;
        double busy = requestsPerSecond * meanWorkSeconds;
        return new ReplicaCapacity(
                busy / speed.secondsPerPromptToken(),
                busy * batch / speed.decodeSeconds(batch, batch * context));
    }

    /** Replicas that a moment's requests need, by interval. */
    public List<Double> demand(Fleet fleet, Trace trace, double intervalSeconds) {
        int intervals = (int) Math.ceil(Math.max(1, trace.seconds()) / intervalSeconds);
        var demand = new double[intervals];
        double perInterval = requestsPerSecond * meanWorkSeconds * intervalSeconds;
        for (TraceRequest r : trace) {
            int i = Math.min(intervals - 1, (int) (r.seconds() / intervalSeconds));
            demand[i] += workSeconds(fleet, r) / perInterval;
        }
        return Arrays.stream(demand).boxed().toList();
    }

    /** Engine time of one request: its prefill, and its share of decode steps of a full batch. */
    static double workSeconds(Fleet fleet, TraceRequest r) {
        var speed = fleet.speed();
        int batch = fleet.maxSequences();
        double context = r.promptTokens() + r.outputTokens() / 2.0;
        return speed.secondsPerPromptToken() * r.promptTokens()
                + r.outputTokens() * speed.decodeSeconds(batch, batch * context) / batch;
    }

    /**
     * KV that a replica can come to hold: what fits, or what the requests that it runs at once
     * take. Policies that look at a share of the KV cache were made for engines that fill it.
     */
    static double usableKvTokens(Fleet fleet, Trace trace) {
        double context = trace.meanPromptTokens() + trace.meanOutputTokens() / 2;
        return Math.min(fleet.engine().kvTokens(), Math.ceil(fleet.maxSequences() * context));
    }

    private static double attainment(Fleet fleet, Trace trace, double rate, long seed) {
        var random = new SplittableRandom(seed);
        var outcomes = new Outcomes(fleet.slo(), 1, 1e9);
        var replica = ReplicaModel.of(fleet);
        double now = 0;
        long sent = 0;
        while (now < SECONDS) {
            now -= StrictMath.log(1 - random.nextDouble()) / rate;
            var like = trace.sample().get(random.nextInt(trace.sample().size()));
            replica.advanceTo(now, outcomes::finish);
            var request = new TraceRequest(now, like.promptTokens(), like.outputTokens());
            replica.submit(new Sequence(0, request), now);
            sent++;
        }
        replica.advanceTo(now + 3_600, outcomes::finish);
        return sent == 0 ? 1 : outcomes.met() / (double) sent;
    }
}
