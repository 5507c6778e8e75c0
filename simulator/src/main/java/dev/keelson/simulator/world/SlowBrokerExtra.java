package dev.keelson.simulator.world;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.simulator.baseline.SlowBrokerTest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Runs the slow-broker test every so often on what ended since. A replica to be relieved is
 * replaced on another node and drained; one to be removed also costs its node the trust.
 */
final class SlowBrokerExtra implements KubernetesRecovery.Extra {
    private static final double DRAIN_SECONDS = 60;

    /** Fewer tokens a second say nothing. */
    private static final double LEAST_TOKENS_PER_SECOND = 50;

    private static final double LEVEL = 0.999;

    private final double interval;
    private final SlowBrokerTest test;
    private final double slowSeconds;
    private final SortedMap<ReplicaId, List<Double>> tokenSeconds = new TreeMap<>();
    private final SortedMap<ReplicaId, Long> tokensBefore = new TreeMap<>();
    private boolean listens;
    private double nextRound;

    /**
     * @param interval between rounds, seconds; 300 in the original
     * @param slowSeconds a token that takes no longer is not slow: the SLO's
     */
    SlowBrokerExtra(double interval, double slowSeconds) {
        this.interval = interval;
        this.slowSeconds = slowSeconds;
        test = new SlowBrokerTest(slowSeconds, LEAST_TOKENS_PER_SECOND);
        nextRound = interval;
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("slowInterval", interval + "s");
        p.put("slowTest", "P99.9 token time and per token rate > 3 x own P90 or peers' P50");
        p.put("slowFloor", slowSeconds + "s");
        p.put("leastTokensPerSecond", Double.toString(LEAST_TOKENS_PER_SECOND));
        p.put("slowScores", "relieve 5, remove 50, at most 0.1 of all");
        return p;
    }

    @Override
    public void tick(FleetWorld world, KubernetesRecovery pods) {
        if (!listens) {
            listens = true;
            world.onFinished((r, seconds) ->
                    tokenSeconds.computeIfAbsent(r.id, id -> new ArrayList<>()).add(seconds));
        }
        if (world.now() < nextRound) {
            return;
        }
        nextRound += interval;
        var verdict = test.round(samples(world));
        tokenSeconds.clear();
        for (SimReplica r : List.copyOf(world.replicas())) {
            boolean remove = verdict.remove().contains(r.id.value());
            if (!r.isLive() || (!remove && !verdict.relieve().contains(r.id.value()))) {
                continue;
            }
            world.ledger().accuse(r, world.now());
            if (!verdict.unfixable()) {
                r.node.cordoned |= remove;
                pods.avoid(r.node);
                pods.evict(world, r.node, r, DRAIN_SECONDS);
            }
        }
    }

    private List<SlowBrokerTest.Sample> samples(FleetWorld world) {
        var samples = new ArrayList<SlowBrokerTest.Sample>();
        for (SimReplica r : world.replicas()) {
            if (r.state != ReplicaState.READY || r.lost) {
                continue;
            }
            long tokens = r.engine.load(world.now()).generatedTokens();
            var before = tokensBefore.put(r.id, tokens);
            var ended = tokenSeconds.get(r.id);
            if (before != null) {
                samples.add(
                        new SlowBrokerTest.Sample(
                                r.id.value(),
                                ended == null
                                        ? Double.NaN
                                        : SlowBrokerTest.percentile(
                                                ended.stream().mapToDouble(x -> x).toArray(),
                                                LEVEL),
                                (tokens - before) / interval));
            }
        }
        return samples;
    }
}
