package dev.keelson.controlplane.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.controlplane.journal.IsoTime;
import dev.keelson.controlplane.observe.DemandFold;
import dev.keelson.controlplane.observe.FleetBoard;
import dev.keelson.controlplane.observe.ForecastBoard;
import dev.keelson.controlplane.observe.LiveForecasts;
import dev.keelson.controlplane.observe.ManifestWatch;
import dev.keelson.controlplane.store.ScalingStepTable;
import dev.keelson.core.control.PlannerMemoryStore;
import dev.keelson.core.demand.Forecast;
import dev.keelson.core.demand.Indicator;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.demand.ReplicaCapacity;
import dev.keelson.core.demand.SamplePaths;
import dev.keelson.core.demand.ScalingStep;
import dev.keelson.core.demand.Scorecard;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.plan.Planner;
import dev.keelson.core.plan.PlannerMemory.Need;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.ForecastPolicy;
import dev.keelson.exchange.kafka.Expected;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What is forecast, what it would do, and what following it would have been worth. */
public final class ForecastViews {
    private static final Duration SCORED = Duration.ofDays(1);
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final Duration SCORE_EVERY = Duration.ofMinutes(1);
    private static final double[] LEVELS = {0.1, 0.5, 0.9};

    private final ObjectMapper json = new ObjectMapper();
    private final ManifestWatch manifests;
    private final PlannerMemoryStore memory;
    private final FleetBoard fleet;
    private final DemandFold demand;
    private final ForecastBoard board;
    private final LiveForecasts learned;
    private final ScalingStepTable steps;
    private final InstantSource clock;
    private final Map<DeploymentId, Scorecard> scorecards = new ConcurrentHashMap<>();
    private Instant recorded = Instant.MIN;
    private Instant scored = Instant.MIN;

    public ForecastViews(
            ManifestWatch manifests,
            PlannerMemoryStore memory,
            FleetBoard fleet,
            DemandFold demand,
            ForecastBoard board,
            LiveForecasts learned,
            ScalingStepTable steps,
            InstantSource clock) {
        this.manifests = manifests;
        this.memory = memory;
        this.fleet = fleet;
        this.demand = demand;
        this.board = board;
        this.learned = learned;
        this.steps = steps;
        this.clock = clock;
    }

    /**
     * Writes down what deployments with advice are like, every ten seconds; one thread calls it.
     */
    public void everySecond() {
        var now = Instant.ofEpochMilli(clock.millis());
        if (now.isBefore(recorded.plus(STEP))) {
            return;
        }
        recorded = now;
        if (!now.isBefore(scored.plus(SCORE_EVERY))) {
            scored = now;
            // Made again from a day of steps when somebody asks.
            scorecards.clear();
        }
        for (var deployment : manifests.inForce().deployments().values()) {
            var remembered = memory.load().deployments().get(deployment.id());
            var advised = advised(deployment.id());
            if (remembered != null && advised != null) {
                var policy = manifests.current().forecastingOf(deployment.id());
                steps.add(
                        deployment.id().value(),
                        new ScalingStep(
                                now,
                                remembered.wanted(),
                                ready(deployment.id()),
                                advised,
                                demandReplicas(deployment.id()),
                                leadTime(learned.learned(deployment.id()), policy)));
            }
        }
        if (now.toEpochMilli() / STEP.toMillis() % 360 == 0) {
            steps.prune(now);
        }
    }

    /** Adds to a point of the history what forecasts are compared with. */
    void complete(ObjectNode point) {
        var id = new DeploymentId(point.path("deployment").asText());
        point.put("demandReplicas", demandReplicas(id)).put("advised", advised(id));
    }

    ArrayNode all() {
        var list = json.createArrayNode();
        manifests.inForce().deployments().values().forEach(each -> list.add(of(each)));
        return list;
    }

    /** Null where there is no such deployment. */
    @Nullable ObjectNode of(String name) {
        var deployment =
                manifests.inForce().deployments().values().stream()
                        .filter(each -> each.id().value().equals(name))
                        .findFirst();
        return deployment.map(this::of).orElse(null);
    }

    /** Work that arrives, in replicas at their target use; null while something is unknown. */
    @Nullable Double demandReplicas(DeploymentId id) {
        return learned.demandReplicas(
                id,
                value(demand.promptTokensPerSecond(id.value())),
                value(demand.arrivalsPerSecond(id.value())));
    }

    @Nullable Integer advised(DeploymentId id) {
        var remembered = memory.load().deployments().get(id);
        return remembered == null
                ? null
                : remembered.advised().stream()
                        .reduce((_, b) -> b)
                        .map(Need::replicas)
                        .orElse(null);
    }

    private ObjectNode of(Deployment deployment) {
        var id = deployment.id();
        var now = clock.instant();
        var policy = manifests.current().forecastingOf(id);
        var known = learned.learned(id);
        var expected = board.of(id.value());
        var remembered = memory.load().deployments().get(id);
        var autonomy = manifests.current().autonomyOfForecasts(id);
        var lead = leadTime(known, policy);
        var node = json.createObjectNode();
        node.put("name", id.value())
                .put("mode", autonomy == Autonomy.AUTO ? "ACT" : autonomy.name())
                .put("unusable", unusable(expected, known, id, now))
                .put("wanted", remembered == null ? null : Integer.valueOf(remembered.wanted()))
                .put("ready", ready(id))
                .put("advised", advised(id))
                .put("demandReplicas", demandReplicas(id))
                .put("missPrice", policy.missPrice())
                .put("startsMeasured", known.startups().measured().size())
                .put("startSeconds", lead == null ? null : Double.valueOf(lead.toMillis() / 1e3));
        node.set("capacity", json.valueToTree(known.capacity()));
        node.put("prefixHits", known.prefixHits());
        forecast(node, expected, known.capacity(), now);
        scorecard(node.putObject("scorecard"), id, now);
        return node;
    }

    private @Nullable String unusable(
            @Nullable Expected expected,
            LiveForecasts.Learned known,
            DeploymentId id,
            Instant now) {
        if (expected == null) {
            return "there is no forecast";
        }
        var outlook =
                new Outlook(
                        expected.forecast(), expected.error(), known.capacity(), known.startups());
        return Planner.whyUnusable(
                outlook, manifests.current().forecastingOf(id), fleet.tiersForReplicas(), now);
    }

    /** What the planner reckons with: the slowest tier that a replica may start on. */
    private @Nullable Duration leadTime(LiveForecasts.Learned known, ForecastPolicy policy) {
        return known.startups()
                .quantile(policy.leadQuantile(), fleet.tiersForReplicas())
                .orElse(null);
    }

    private void forecast(
            ObjectNode node,
            @Nullable Expected expected,
            @Nullable ReplicaCapacity capacity,
            Instant now) {
        node.put("originAgeMs", (Long) null);
        node.set("error", json.nullNode());
        var models = node.putArray("models");
        var classes = node.putArray("classes");
        var bands = node.putArray("bands");
        if (expected == null) {
            return;
        }
        var forecast = expected.forecast();
        node.put("originAgeMs", Duration.between(forecast.origin(), now).toMillis());
        node.set("error", json.valueToTree(expected.error()));
        expected.models()
                .forEach((name, share) -> models.addObject().put("name", name).put("share", share));
        for (var one : expected.classes()) {
            classes.addObject()
                    .put("tenant", one.tenant())
                    .put("promptBelowTokens", one.promptBelow())
                    .put("share", one.share())
                    .put("cluster", one.cluster() == 0 ? null : Integer.valueOf(one.cluster()));
        }
        var replicas = capacity == null ? null : replicas(forecast, capacity);
        for (int h = 0; h < forecast.steps(); h++) {
            var band = bands.addObject();
            var middle =
                    forecast.origin().plus(forecast.step().multipliedBy(2L * h + 1).dividedBy(2));
            band.put("time", IsoTime.of(middle));
            band.set("requestsPerSecond", quantiles(forecast.of(Indicator.REQUESTS), h));
            band.set("replicas", quantiles(replicas, h));
        }
    }

    /** Paths of the work in replicas; null where it is not forecast. */
    private static @Nullable SamplePaths replicas(Forecast forecast, ReplicaCapacity capacity) {
        var prefill = forecast.of(Indicator.PREFILL_TOKENS);
        var decode = forecast.of(Indicator.DECODE_TOKENS);
        if (prefill == null || decode == null) {
            return null;
        }
        var paths = new double[forecast.paths()][forecast.steps()];
        for (int k = 0; k < paths.length; k++) {
            for (int h = 0; h < paths[k].length; h++) {
                paths[k][h] = capacity.replicasFor(prefill.at(k, h), decode.at(k, h));
            }
        }
        return SamplePaths.of(paths);
    }

    private @Nullable ObjectNode quantiles(@Nullable SamplePaths paths, int step) {
        if (paths == null) {
            return null;
        }
        var node = json.createObjectNode();
        for (double level : LEVELS) {
            node.put("q" + level, paths.quantile(level, step));
        }
        return node;
    }

    private void scorecard(ObjectNode node, DeploymentId id, Instant now) {
        var from = now.minus(SCORED);
        var card = scorecards.computeIfAbsent(id, _ -> Scorecard.of(steps.since(id.value(), from)));
        boolean isEmpty = card.compared().isZero();
        node.put("from", IsoTime.of(from))
                .put("comparedSeconds", card.compared().toSeconds())
                .put("replicaHours", isEmpty ? null : Double.valueOf(card.replicaHours()))
                .put(
                        "advisedReplicaHours",
                        isEmpty ? null : Double.valueOf(card.advisedReplicaHours()))
                .put(
                        "savedReplicaHours",
                        isEmpty
                                ? null
                                : Double.valueOf(card.replicaHours() - card.advisedReplicaHours()))
                .put(
                        "shortSeconds",
                        isEmpty ? null : Long.valueOf(card.shortOfDemand().toSeconds()))
                .put(
                        "advisedShortSeconds",
                        isEmpty ? null : Long.valueOf(card.advisedShortOfDemand().toSeconds()))
                .put("changes", card.changes())
                .put("advisedChanges", card.advisedChanges());
    }

    private int ready(DeploymentId id) {
        return (int)
                fleet.replicas().stream()
                        .map(FleetBoard.ReplicaView::replica)
                        .filter(r -> r.deployment().equals(id) && r.state() == ReplicaState.READY)
                        .count();
    }

    private static @Nullable Double value(@Nullable Reading reading) {
        return reading == null ? null : Double.valueOf(reading.value());
    }
}
