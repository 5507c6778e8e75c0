package dev.keelson.controlplane;

import dev.keelson.controlplane.actuate.Actuator;
import dev.keelson.controlplane.actuate.Reconciler;
import dev.keelson.controlplane.grpc.FleetServer;
import dev.keelson.controlplane.http.ApiParts;
import dev.keelson.controlplane.http.ApiServer;
import dev.keelson.controlplane.http.EventStream;
import dev.keelson.controlplane.http.FleetViews;
import dev.keelson.controlplane.http.ForecastViews;
import dev.keelson.controlplane.http.History;
import dev.keelson.controlplane.journal.DatabaseJournal;
import dev.keelson.controlplane.journal.IncidentBook;
import dev.keelson.controlplane.nodes.NodeProvider;
import dev.keelson.controlplane.nodes.StaticNodes;
import dev.keelson.controlplane.nodes.SupervisorNodes;
import dev.keelson.controlplane.observe.DemandFold;
import dev.keelson.controlplane.observe.FailureShares;
import dev.keelson.controlplane.observe.FleetBoard;
import dev.keelson.controlplane.observe.ForecastBoard;
import dev.keelson.controlplane.observe.GatewayBoard;
import dev.keelson.controlplane.observe.LiveForecasts;
import dev.keelson.controlplane.observe.ManifestWatch;
import dev.keelson.controlplane.observe.Observer;
import dev.keelson.controlplane.observe.RoutingTables;
import dev.keelson.controlplane.observe.TenantBoard;
import dev.keelson.controlplane.observe.TickClock;
import dev.keelson.controlplane.security.AccessTokens;
import dev.keelson.controlplane.security.AuditLog;
import dev.keelson.controlplane.security.JoinTokens;
import dev.keelson.controlplane.security.Role;
import dev.keelson.controlplane.security.Secret;
import dev.keelson.controlplane.store.Database;
import dev.keelson.controlplane.store.GatewayTable;
import dev.keelson.controlplane.store.LeaderLease;
import dev.keelson.controlplane.store.NodeTable;
import dev.keelson.controlplane.store.OperatorTable;
import dev.keelson.controlplane.store.PlannerMemoryTable;
import dev.keelson.controlplane.store.ReplicaTable;
import dev.keelson.controlplane.store.RevisionTable;
import dev.keelson.controlplane.store.ScalingStepTable;
import dev.keelson.core.control.ControlLoop;
import dev.keelson.exchange.identity.CertificateAuthority;
import dev.keelson.exchange.identity.PrivateFile;
import dev.keelson.exchange.kafka.DemandFeed;
import dev.keelson.exchange.kafka.KafkaSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The parts of one control plane, put together and listening. {@link LoopThread} steps it. */
final class ControlPlane implements AutoCloseable {
    final Database database;
    final ControlLoop loop;
    final ManifestWatch manifests;
    final ApiParts api;
    final ApiServer http;
    final FleetServer grpc;
    final RoutingTables routing;
    final Reconciler reconciler;
    final Metrics metrics = new Metrics();
    final Nudge nudge = new Nudge();
    final LeaderLease lease;
    final @Nullable DemandFeed feed;
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();

    ControlPlane(ControlPlaneConfig config, InstantSource clock) throws IOException {
        Files.createDirectories(config.data());
        database = Database.open(config.data());
        var jdbi = database.jdbi();
        lease = LeaderLease.takeOver(jdbi, clock);
        var authority = CertificateAuthority.open(config.data().resolve("ca"), clock);
        var tokens = new AccessTokens(jdbi, clock);
        var joinTokens = new JoinTokens(jdbi, clock);
        var audit = new AuditLog(jdbi, clock);
        writeAdminToken(config.data().resolve("admin.token"), tokens);

        var incidents = new IncidentBook(jdbi, clock);
        var memory = new PlannerMemoryTable(jdbi);
        var operators = new OperatorTable(jdbi);
        var journal = new DatabaseJournal(jdbi);
        var failures = new FailureShares();
        var fleet = new FleetBoard(new NodeTable(jdbi), new ReplicaTable(jdbi), clock);
        var gateways = new GatewayBoard(new GatewayTable(jdbi), failures, clock);
        var demand = new DemandFold(clock);
        var board = new ForecastBoard(clock);
        manifests =
                new ManifestWatch(
                        config.policies(),
                        new RevisionTable(jdbi),
                        config.minNodes(),
                        config.maxNodes(),
                        clock,
                        new ManifestIncidents(incidents));
        routing = new RoutingTables(fleet, gateways, manifests, memory, lease);
        var tenants = new TenantBoard(gateways, manifests, lease);
        reconciler = new Reconciler(fleet, manifests, lease);
        feed = config.kafka() == null ? null : feed(config, demand, board, clock);
        BooleanSupplier connected = () -> feed != null && feed.state().connected();
        var views =
                new FleetViews(
                        fleet,
                        gateways,
                        demand,
                        manifests,
                        memory,
                        operators,
                        incidents,
                        lease.epoch(),
                        feed != null,
                        connected,
                        clock);
        var events = new EventStream();
        var forecasts = new LiveForecasts(board, manifests);
        var forecastViews =
                new ForecastViews(
                        manifests,
                        memory,
                        fleet,
                        demand,
                        board,
                        forecasts,
                        new ScalingStepTable(jdbi),
                        clock);
        loop =
                new ControlLoop(
                        new Observer(
                                fleet,
                                gateways,
                                demand,
                                failures,
                                manifests,
                                operators,
                                new TickClock(clock.instant()),
                                lease.epoch(),
                                clock),
                        forecasts,
                        manifests,
                        memory,
                        journal,
                        new Actuator(
                                fleet,
                                manifests,
                                routing,
                                reconciler,
                                journal,
                                incidents,
                                operators,
                                provider(config),
                                lease,
                                calls,
                                clock));
        api =
                new ApiParts(
                        fleet,
                        gateways,
                        manifests,
                        memory,
                        operators,
                        journal,
                        incidents,
                        tokens,
                        joinTokens,
                        audit,
                        views,
                        forecastViews,
                        tenants,
                        new History(),
                        events,
                        authority.fingerprint(),
                        config.grpc().host() + ":" + config.grpc().port(),
                        nudge::now,
                        metrics::text,
                        clock);
        journal.whenDecided(decision -> events.send("decision", decision));
        incidents.whenChanged(incident -> events.send("incident", incident));
        gateways.whenPoisoned(poison ->
                incidents.open(
                        "poison-request",
                        poison.getFingerprint(),
                        null,
                        List.of(
                                "A request to %s was in flight on %s when they died; its"
                                                .formatted(
                                                        poison.getDeployment(),
                                                        String.join(
                                                                " and ", poison.getReplicasList()))
                                        + " fingerprint is quarantined."),
                        List.of()));
        Runnable changed =
                () -> {
                    // A replica that left READY must not wait for the loop's next step.
                    routing.refresh();
                    tenants.refresh();
                    nudge.now();
                };
        fleet.whenChanged(changed);
        gateways.whenChanged(changed);
        metrics.gauge(
                "keelson_control_epoch", "Epoch of this leader.", () -> (double) lease.epoch());
        metrics.gauge(
                "keelson_nodes_connected",
                "Nodes with an open session.",
                () -> fleet.nodes().stream().filter(FleetBoard.NodeView::connected).count());
        metrics.gauge(
                "keelson_gateways_connected",
                "Gateways with an open session.",
                () -> gateways.links().size());
        manifests.poll();
        http = api.listen(config.http().host(), config.http().port());
        grpc =
                FleetServer.start(
                        new InetSocketAddress(config.grpc().host(), config.grpc().port()),
                        authority,
                        joinTokens,
                        audit,
                        config.kafka(),
                        fleetSecret(config.data().resolve("fleet.secret")),
                        fleet,
                        gateways,
                        lease.epoch(),
                        calls,
                        clock);
    }

    /** Forgets what is older or more than each store's bound. */
    void prune(InstantSource clock) {
        api.journal().prune(clock.instant());
        api.incidents().prune();
        api.fleet().prune();
        api.tokens().prune();
        api.joinTokens().prune();
        api.operators().prune(clock.instant());
        api.audit().prune();
    }

    @Override
    public void close() {
        grpc.close();
        http.close();
        calls.close();
        database.close();
    }

    private static DemandFeed feed(
            ControlPlaneConfig config,
            DemandFold demand,
            ForecastBoard board,
            InstantSource clock) {
        var kafka = config.kafka();
        if (kafka == null) {
            throw new IllegalStateException("no Kafka is configured");
        }
        var settings = new KafkaSettings(kafka.bootstrap(), kafka.properties());
        return new DemandFeed(settings, "control-plane", demand, board, clock);
    }

    private static NodeProvider provider(ControlPlaneConfig config) {
        var local = config.nodeProvider();
        return local == null
                ? new StaticNodes()
                : new SupervisorNodes(local.url(), local.tokenFile());
    }

    /** The first token: made when there is none, or when the database that knew it is gone. */
    private static void writeAdminToken(Path file, AccessTokens tokens) throws IOException {
        if (Files.exists(file)
                && tokens.callerOf(Files.readString(file).strip(), false).isPresent()) {
            return;
        }
        PrivateFile.write(file, tokens.create(Role.ADMIN, "first-start").secret() + "\n");
    }

    /** Made once, kept over restarts: a fingerprint that is quarantined must be known again. */
    private static String fleetSecret(Path file) throws IOException {
        if (!Files.exists(file)) {
            PrivateFile.write(file, Secret.create("kf_") + "\n");
        }
        return Files.readString(file).strip();
    }

    private record ManifestIncidents(IncidentBook incidents) implements ManifestWatch.Listener {
        private static final String KIND = "manifest-invalid";
        private static final String TARGET = "policies";

        @Override
        public void invalid(List<String> problems) {
            incidents.open(KIND, TARGET, null, problems, List.of());
        }

        @Override
        public void valid() {
            incidents.resolve(KIND, TARGET, List.of());
        }
    }
}
