package dev.keelson.controlplane.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.controlplane.journal.IncidentBook;
import dev.keelson.controlplane.journal.IsoTime;
import dev.keelson.controlplane.observe.DemandFold;
import dev.keelson.controlplane.observe.FleetBoard;
import dev.keelson.controlplane.observe.GatewayBoard;
import dev.keelson.controlplane.observe.ManifestWatch;
import dev.keelson.controlplane.store.GatewayTable;
import dev.keelson.controlplane.store.OperatorTable;
import dev.keelson.core.control.PlannerMemoryStore;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the fleet looks like from outside, in the JSON of docs/json.md. Thread-safe. */
public final class FleetViews {
    private static final Duration STALE_DEMAND = Duration.ofSeconds(10);

    private final ObjectMapper json = new ObjectMapper();
    private final FleetBoard fleet;
    private final GatewayBoard gateways;
    private final DemandFold demand;
    private final ManifestWatch manifests;
    private final PlannerMemoryStore memory;
    private final OperatorTable operators;
    private final IncidentBook incidents;
    private final long epoch;
    private final boolean hasKafka;
    private final BooleanSupplier kafkaConnected;
    private final InstantSource clock;
    private final Instant startedAt;

    public FleetViews(
            FleetBoard fleet,
            GatewayBoard gateways,
            DemandFold demand,
            ManifestWatch manifests,
            PlannerMemoryStore memory,
            OperatorTable operators,
            IncidentBook incidents,
            long epoch,
            boolean hasKafka,
            BooleanSupplier kafkaConnected,
            InstantSource clock) {
        this.fleet = fleet;
        this.gateways = gateways;
        this.demand = demand;
        this.manifests = manifests;
        this.memory = memory;
        this.operators = operators;
        this.incidents = incidents;
        this.epoch = epoch;
        this.hasKafka = hasKafka;
        this.kafkaConnected = kafkaConnected;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    ObjectNode status() {
        var node = json.createObjectNode();
        var degraded = degraded();
        var deployments = manifests.inForce().deployments().values();
        var starting =
                deployments.isEmpty()
                        || deployments.stream()
                                .allMatch(d -> count(d.id(), ReplicaState.READY) == 0);
        node.put("state", starting ? "starting" : degraded.isEmpty() ? "ready" : "degraded");
        node.set("degraded", json.valueToTree(degraded));
        node.put("epoch", epoch);
        node.put("leader", true);
        node.put("paced", deployments.stream().anyMatch(FleetViews::isPaced));
        node.put("time", IsoTime.of(clock.instant()));
        node.put("startedAt", IsoTime.of(startedAt));
        node.put("policyHash", manifests.current().hash());
        node.set("freezes", freezes());
        node.set("approvals", approvals());
        node.put("breakerOpen", memory.load().breaker() != null);
        var list = node.putArray("gateways");
        gateways.views()
                .forEach(view ->
                        list.addObject()
                                .put("name", view.row().name())
                                .put("url", view.row().url())
                                .put("connected", view.connected())
                                .put("leaving", view.row().leaving()));
        var shown = node.putArray("deployments");
        for (var deployment : deployments) {
            shown.addObject()
                    .put("name", deployment.id().value())
                    .put("model", deployment.engine().model())
                    .put("wanted", wanted(deployment))
                    .put("ready", count(deployment.id(), ReplicaState.READY));
        }
        return node;
    }

    private List<String> degraded() {
        var result = new ArrayList<String>();
        if (!hasKafka) {
            result.add("No Kafka is configured: demand comes from the gateways' reports only.");
        } else if (!kafkaConnected.getAsBoolean()) {
            result.add("Kafka or the streams are away: demand comes from the gateways only.");
        } else {
            for (var deployment : manifests.inForce().deployments().keySet()) {
                var age = demand.age(deployment.value());
                // Of what nobody asked for yet the streams have nothing to say.
                var missing =
                        age == null
                                ? gateways.wasAsked(deployment.value())
                                : age.compareTo(STALE_DEMAND) > 0;
                if (missing) {
                    result.add(
                            age == null
                                    ? "The streams have said nothing of %s yet."
                                            .formatted(deployment)
                                    : "The newest demand of %s is %d s old."
                                            .formatted(deployment, age.toSeconds()));
                }
            }
        }
        if (gateways.views().stream().noneMatch(GatewayBoard.View::fresh)) {
            result.add("No gateway reports.");
        }
        if (memory.load().breaker() != null) {
            result.add("The breaker is open: nothing is replaced.");
        }
        if (incidents.isOpen("manifest-invalid")) {
            result.add("The newest manifests are invalid: the last good ones are in force.");
        }
        return result;
    }

    ArrayNode freezes() {
        var list = json.createArrayNode();
        operators
                .freezes(clock.instant())
                .forEach(freeze ->
                        list.addObject()
                                .put("owner", freeze.owner())
                                .put("reason", freeze.reason())
                                .put("expiresAt", IsoTime.of(freeze.expiresAt()))
                                .put("all", freeze.all()));
        return list;
    }

    ArrayNode approvals() {
        var list = json.createArrayNode();
        for (var approval : operators.approvals(clock.instant())) {
            var deployment = approval.deployment();
            list.addObject()
                    .put("owner", approval.owner())
                    .put("class", approval.actionClass().name().toLowerCase(Locale.ROOT))
                    .put("deployment", deployment == null ? null : deployment.value())
                    .put("expiresAt", IsoTime.of(approval.expiresAt()));
        }
        return list;
    }

    ArrayNode nodes() {
        var list = json.createArrayNode();
        var now = clock.instant();
        var judged = memory.load().nodes();
        for (var view : fleet.nodes()) {
            var facts = view.row().facts();
            var state = judged.getOrDefault(view.id(), NodeState.READY);
            var shown = view.row().gone() ? NodeState.GONE : state;
            if (shown == NodeState.GONE
                    && Duration.between(view.lastHeardAt(), now).toMinutes() >= 10) {
                continue;
            }
            var used =
                    fleet.replicas().stream()
                            .map(FleetBoard.ReplicaView::replica)
                            .filter(r -> r.node().equals(view.id()) && isLive(r))
                            .mapToInt(Replica::thousandths)
                            .sum();
            var node =
                    list.addObject()
                            .put("name", view.id().value())
                            .put("region", facts.domain().region())
                            .put("zone", facts.domain().zone())
                            .put("rack", facts.domain().rack())
                            .put("capacityType", facts.capacityType().name())
                            .put("state", shown.name())
                            .put("cordoned", view.row().cordoned())
                            .put("heartbeatAgeMs", millisSince(view.lastHeardAt(), now))
                            .put("capacityThousandths", facts.capacityThousandths())
                            .put("usedThousandths", used)
                            .put("connected", view.connected())
                            .put("clockOffsetMs", view.clockOffsetMs())
                            .put("cpuUse", view.cpuUse())
                            .put("spooled", view.spooled())
                            .put("dropped", view.dropped());
            var notice = view.notice();
            if (notice == null) {
                node.putNull("notice");
            } else {
                node.putObject("notice")
                        .put("kind", notice.kind())
                        .put("deadline", IsoTime.of(notice.deadline()));
            }
        }
        return list;
    }

    ArrayNode deployments() {
        var list = json.createArrayNode();
        for (var deployment : manifests.inForce().deployments().values()) {
            var node = list.addObject();
            var engine = deployment.engine();
            var remembered = memory.load().deployments().get(deployment.id());
            var revisions = manifests.inForce().revisions().get(deployment.id());
            node.put("name", deployment.id().value())
                    .put("model", engine.model())
                    .put("servedModel", engine.servedModel())
                    .put("engine", engine.engine())
                    .put(
                            "revision",
                            remembered != null
                                    ? remembered.serving()
                                    : revisions == null ? 1 : revisions.getLast().number())
                    .put("wanted", wanted(deployment))
                    .put("ready", count(deployment.id(), ReplicaState.READY))
                    .put("starting", starting(deployment.id()))
                    .put("draining", count(deployment.id(), ReplicaState.DRAINING))
                    .put("minReplicas", deployment.minReplicas())
                    .put("maxReplicas", deployment.maxReplicas())
                    .put("maxSequences", deployment.maxSequences())
                    .put("paced", isPaced(deployment));
            engine.adapters().keySet().forEach(node.putArray("adapters")::add);
            readings(node, deployment.id().value());
            node.put("sloTtftMs", deployment.slo().ttft().toMillis());
            node.put("sloTpotMs", deployment.slo().tpot().toMillis());
        }
        return list;
    }

    /** One point of the history per deployment. */
    List<ObjectNode> points() {
        var result = new ArrayList<ObjectNode>();
        var now = IsoTime.of(clock.instant());
        for (var deployment : manifests.inForce().deployments().values()) {
            var node = json.createObjectNode();
            node.put("time", now)
                    .put("deployment", deployment.id().value())
                    .put("wanted", wanted(deployment))
                    .put("ready", count(deployment.id(), ReplicaState.READY))
                    .put("starting", starting(deployment.id()))
                    .put("draining", count(deployment.id(), ReplicaState.DRAINING));
            readings(node, deployment.id().value());
            node.put(
                    "outputTokensPerSecond",
                    value(demand.outputTokensPerSecond(deployment.id().value())));
            result.add(node);
        }
        return result;
    }

    private void readings(ObjectNode node, String deployment) {
        var age = demand.age(deployment);
        node.put("inFlight", value(gateways.inFlight(deployment)))
                .put("queued", value(gateways.queued(deployment)))
                .put("arrivalsPerSecond", value(demand.arrivalsPerSecond(deployment)))
                .put("ttftP50Seconds", value(demand.ttft(deployment, 0.5)))
                .put("ttftP99Seconds", value(demand.ttft(deployment, 0.99)))
                .put("demandAgeMs", age == null ? null : Long.valueOf(age.toMillis()));
    }

    /** Live replicas; with {@code all} also the ended ones that are remembered. */
    ArrayNode replicas(boolean all) {
        var list = json.createArrayNode();
        for (var view : fleet.replicas()) {
            var replica = view.replica();
            var live = isLive(replica);
            if (!live && !all) {
                continue;
            }
            var state = replica.state().isLive() && !live ? ReplicaState.FAILED : replica.state();
            list.addObject()
                    .put("name", replica.id().value())
                    .put("deployment", replica.deployment().value())
                    .put("revision", replica.revision())
                    .put("node", replica.node().value())
                    .put("state", state.name())
                    .put("url", replica.url())
                    .put("pid", replica.pid())
                    .put("startedAt", time(replica.startedAt()))
                    .put("startupMs", millis(replica.startup()))
                    .put("inFlight", gateways.inFlightAt(replica.id().value()))
                    .put("queued", live ? replica.load().waiting() : null)
                    .put("kvUse", live ? replica.load().kvUse() : null)
                    .put("thousandths", replica.thousandths())
                    .put("maxSequences", view.maxSequences() > 0 ? view.maxSequences() : null)
                    .put("asleep", live && view.asleep())
                    .put(
                            "reason",
                            state == replica.state() ? replica.reason() : "its node is lost");
        }
        return list;
    }

    /** Totals of the request stream, and whether they have come to rest. */
    public ObjectNode counts() {
        // In this order: what a gateway reports after it was read can only make `settled` false.
        var views = gateways.views();
        long arrivals = 0;
        long completions = 0;
        long published = 0;
        long spooled = 0;
        long dropped = 0;
        var quiet = true;
        long newestPublishedMs = 0;
        for (var view : views) {
            var log = view.row().log();
            arrivals += log.arrivals();
            completions += log.completions();
            published += log.published();
            spooled += log.spooled();
            dropped += log.dropped();
            newestPublishedMs = Math.max(newestPublishedMs, log.lastPublishedEventTimeMs());
            quiet &= log.isComplete() && (view.fresh() || isGone(view));
        }
        var counted = demand.counted();
        var node = json.createObjectNode();
        node.put("arrivals", arrivals)
                .put("completions", completions)
                .put("published", published)
                .put("spooled", spooled)
                .put("dropped", dropped)
                .put("demandCounted", counted.arrivals())
                .put("late", counted.lateCorrected() + counted.tooLate())
                .put("duplicatesRemoved", counted.duplicatesRemoved())
                .put("undecodable", demand.undecodableAtJob())
                .put(
                        "settled",
                        !views.isEmpty()
                                && quiet
                                && isPast(counted.lowestWatermark(), newestPublishedMs));
        return node;
    }

    private static boolean isGone(GatewayBoard.View view) {
        return !view.connected() && view.row().leaving();
    }

    /**
     * Nothing published at all is settled too; otherwise the last record's second must be closed.
     */
    private static boolean isPast(@Nullable Instant watermark, long newestPublishedMs) {
        if (newestPublishedMs == 0) {
            return true;
        }
        var closed = (newestPublishedMs / 1000 + 1) * 1000;
        return watermark != null && watermark.toEpochMilli() >= closed;
    }

    GatewayTable.@Nullable Log logOf(String gateway) {
        return gateways.views().stream()
                .filter(view -> view.row().name().equals(gateway))
                .map(view -> view.row().log())
                .findFirst()
                .orElse(null);
    }

    /** The newest that happened, for readers of the stream. */
    ObjectNode snapshot(List<ObjectNode> points) {
        var node = json.createObjectNode();
        node.set("status", status());
        node.set("nodes", nodes());
        node.set("deployments", deployments());
        node.set("replicas", replicas(false));
        var recent = node.putArray("incidents");
        incidents
                .openOrResolvedSince(clock.instant().minus(Duration.ofMinutes(15)))
                .forEach(recent::add);
        var all = node.putArray("points");
        points.forEach(all::add);
        if (points.isEmpty()) {
            node.putNull("point");
        } else {
            node.set("point", points.getFirst());
        }
        return node;
    }

    private int wanted(Deployment deployment) {
        var remembered = memory.load().deployments().get(deployment.id());
        return remembered == null ? deployment.minReplicas() : remembered.wanted();
    }

    private int starting(DeploymentId deployment) {
        return count(deployment, ReplicaState.PENDING) + count(deployment, ReplicaState.STARTING);
    }

    private int count(DeploymentId deployment, ReplicaState state) {
        return (int)
                fleet.replicas().stream()
                        .map(FleetBoard.ReplicaView::replica)
                        .filter(replica ->
                                replica.deployment().equals(deployment)
                                        && replica.state() == state
                                        && isLive(replica))
                        .count();
    }

    private boolean isLive(Replica replica) {
        var judged = memory.load().nodes().get(replica.node());
        return replica.state().isLive() && judged != NodeState.LOST && judged != NodeState.GONE;
    }

    private static boolean isPaced(Deployment deployment) {
        var knobs = deployment.engine().knobs();
        return !knobs.getOrDefault("min_step_ms", "0").equals("0")
                || !knobs.getOrDefault("start_delay_ms", "0").equals("0");
    }

    private static @Nullable Double value(@Nullable Reading reading) {
        return reading == null ? null : Double.valueOf(reading.value());
    }

    private static long millisSince(Instant at, Instant now) {
        return Math.max(0, Duration.between(at, now).toMillis());
    }

    private static @Nullable String time(@Nullable Instant at) {
        return at == null ? null : IsoTime.of(at);
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : Long.valueOf(duration.toMillis());
    }
}
