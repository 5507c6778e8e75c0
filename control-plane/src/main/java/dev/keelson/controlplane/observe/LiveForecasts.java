package dev.keelson.controlplane.observe;

import dev.keelson.core.control.ForecastSource;
import dev.keelson.core.control.PolicySource;
import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.demand.LearnedCapacity;
import dev.keelson.core.demand.MeasuredCapacity;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.demand.PrefixHits;
import dev.keelson.core.demand.ReplicaCapacity;
import dev.keelson.core.demand.StartupTimes;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is expected of the deployments that are in force: the forecaster's newest word, and what
 * this control plane has measured of their replicas. The control loop's thread steps it; what it
 * has learned may be read by all.
 */
public final class LiveForecasts implements ForecastSource {
    /** An older forecast is of no use to anybody. */
    private static final Duration KEPT = Duration.ofHours(1);

    private final ForecastBoard board;
    private final PolicySource policies;
    private final Map<DeploymentId, Learning> learning = new HashMap<>();
    private volatile SortedMap<DeploymentId, Learned> learned = new TreeMap<>();
    private boolean sawFleet;

    /**
     * What is known of a deployment's replicas.
     *
     * @param capacity in prompt tokens that arrive; null while too little was done
     * @param prefixHits share of these that the engines' prefix caches hold; null while none has
     *     told
     * @param outputsPerRequest mean output tokens of late; null while nothing has finished
     */
    public record Learned(
            @Nullable ReplicaCapacity capacity,
            @Nullable Double prefixHits,
            @Nullable Double outputsPerRequest,
            StartupTimes startups) {
        static final Learned NOTHING = new Learned(null, null, null, StartupTimes.NONE);
    }

    private static final class Learning {
        final MeasuredCapacity capacity = new MeasuredCapacity();
        final LearnedCapacity outcomes = new LearnedCapacity();
        final PrefixHits prefixHits = new PrefixHits();
        final TreeSet<ReplicaId> measured = new TreeSet<>();
        StartupTimes startups = StartupTimes.NONE;
        @Nullable Instant newest;
        @Nullable Instant newestOutcomes;
        int seconds; // since then
        int fullSeconds; // those of them in which a request would have waited long
    }

    public LiveForecasts(ForecastBoard board, PolicySource policies) {
        this.board = board;
        this.policies = policies;
    }

    @Override
    public Forecasts forecasts(FleetState observed) {
        var outlooks = new TreeMap<DeploymentId, Outlook>();
        var known = new TreeMap<DeploymentId, Learned>();
        learning.keySet().retainAll(observed.deployments().keySet());
        observed.deployments()
                .forEach((id, deployment) -> {
                    var now = learn(observed, deployment);
                    known.put(id, now);
                    var expected = board.of(id.value());
                    if (expected != null
                            && expected.forecast()
                                    .origin()
                                    .plus(KEPT)
                                    .isAfter(observed.observedAt())) {
                        outlooks.put(
                                id,
                                new Outlook(
                                        expected.forecast(),
                                        expected.error(),
                                        now.capacity(),
                                        now.startups()));
                    }
                });
        sawFleet = true;
        learned = known;
        return new Forecasts(outlooks);
    }

    /** Thread-safe. */
    public Learned learned(DeploymentId deployment) {
        return learned.getOrDefault(deployment, Learned.NOTHING);
    }

    /**
     * Work that arrives, in replicas at their target use; null while something of it is unknown.
     * Thread-safe.
     */
    public @Nullable Double demandReplicas(
            DeploymentId deployment,
            @Nullable Double promptTokensPerSecond,
            @Nullable Double arrivalsPerSecond) {
        var known = learned(deployment);
        var capacity = known.capacity();
        var outputs = known.outputsPerRequest();
        return capacity == null
                        || outputs == null
                        || promptTokensPerSecond == null
                        || arrivalsPerSecond == null
                ? null
                : Double.valueOf(
                        capacity.replicasFor(promptTokensPerSecond, arrivalsPerSecond * outputs));
    }

    private Learned learn(FleetState observed, DeploymentState deployment) {
        var id = deployment.spec().id();
        var mine = learning.computeIfAbsent(id, _ -> new Learning());
        var replicas =
                observed.replicas().values().stream()
                        .filter(replica -> replica.deployment().equals(id))
                        .toList();
        for (var replica : replicas) {
            var startup = startup(replica);
            if (startup != null && mine.measured.add(replica.id())) {
                var node = observed.nodes().get(replica.node());
                mine.startups =
                        node == null
                                ? mine.startups.with(startup)
                                : mine.startups.with(node.capacityType(), startup);
            }
            mine.prefixHits.observe(replica.id(), replica.load());
        }
        mine.prefixHits.retain(observed.replicas().keySet());
        mine.measured.retainAll(observed.replicas().keySet());
        var policy = policies.current().autoscalingOf(id);
        var batching =
                new MeasuredCapacity.Batching(
                        deployment.spec().maxSequences(),
                        policy.targetUtilization(),
                        policy.fullSlowdown());
        int ready = (int) replicas.stream().filter(r -> r.state() == ReplicaState.READY).count();
        measure(mine, deployment, ready, batching);
        var hits = mine.prefixHits.share();
        var measured = mine.capacity.of(batching);
        if (measured != null && hits != null) {
            measured = measured.withPrefixHits(hits);
        }
        if (measured != null) {
            judge(mine, deployment, ready, measured);
        }
        return new Learned(
                measured == null ? null : mine.outcomes.of(measured),
                hits,
                mine.capacity.outputsPerRequest(),
                mine.startups);
    }

    /**
     * From the decision to READY, by this clock. Of a replica that was there before the first look
     * only its agent's measure is known, from the start of the process.
     */
    private @Nullable Duration startup(Replica replica) {
        var measured = replica.startup();
        if (measured == null || !sawFleet || replica.state() != ReplicaState.READY) {
            return sawFleet ? null : measured;
        }
        var seen = Duration.between(replica.decidedAt(), replica.changedAt());
        return seen.compareTo(measured) > 0 ? seen : measured;
    }

    /** Once for each reading of the streams. */
    private static void measure(
            Learning mine,
            DeploymentState deployment,
            int ready,
            MeasuredCapacity.Batching batching) {
        var demand = deployment.demand();
        var inFlight = demand.inFlight();
        var prompts = demand.promptTokensPerSecond();
        var outputs = demand.outputTokensPerSecond();
        var completions = demand.completionsPerSecond();
        if (inFlight == null
                || prompts == null
                || outputs == null
                || completions == null
                || outputs.at().equals(mine.newest)) {
            return;
        }
        mine.newest = outputs.at();
        mine.seconds++;
        var hits = mine.prefixHits.share();
        var second =
                new MeasuredCapacity.Second(
                        inFlight.value(),
                        prompts.value() * (1 - (hits == null ? 0 : hits)),
                        outputs.value(),
                        completions.value(),
                        ready);
        mine.fullSeconds += isFull(mine, deployment, second, batching) ? 1 : 0;
        mine.capacity.observe(second, batching);
    }

    private static boolean isFull(
            Learning mine,
            DeploymentState deployment,
            MeasuredCapacity.Second second,
            MeasuredCapacity.Batching batching) {
        var queued = deployment.demand().queued();
        var arrivals = deployment.demand().arrivalsPerSecond();
        var outputs = mine.capacity.outputsPerRequest();
        var capacity = mine.capacity.of(batching);
        if (arrivals == null || outputs == null || capacity == null || second.ready() == 0) {
            return false; // it is not judged by what is not known
        }
        double started =
                mine.outcomes
                        .of(capacity)
                        .requestsIn(
                                deployment.spec().slo().ttft(),
                                arrivals.value(),
                                second.promptTokens(),
                                arrivals.value() * outputs);
        return LearnedCapacity.isFull(
                second.inFlight() + (queued == null ? 0 : queued.value()),
                second.ready(),
                batching.maxSequences(),
                started);
    }

    /**
     * What became of requests corrects what places and work say, once for each window of outcomes.
     */
    private static void judge(
            Learning mine, DeploymentState deployment, int ready, ReplicaCapacity measured) {
        var demand = deployment.demand();
        var misses = demand.missesPerSecond();
        var prompts = demand.promptTokensPerSecond();
        var outputs = demand.outputTokensPerSecond();
        var completions = demand.completionsPerSecond();
        if (ready == 0
                || misses == null
                || prompts == null
                || outputs == null
                || completions == null
                || misses.at().equals(mine.newestOutcomes)) {
            return;
        }
        mine.newestOutcomes = misses.at();
        mine.outcomes.observe(
                measured,
                prompts.value() / ready,
                outputs.value() / ready,
                Math.max(completions.value(), misses.value()),
                misses.value(),
                mine.seconds == 0 ? 0 : (double) mine.fullSeconds / mine.seconds);
        mine.seconds = 0;
        mine.fullSeconds = 0;
    }
}
