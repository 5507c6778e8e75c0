package dev.keelson.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.controlplane.actuate.Actuator;
import dev.keelson.controlplane.store.LeaderLease;
import dev.keelson.controlplane.store.ScalingStepTable;
import dev.keelson.core.demand.ScalingStep;
import dev.keelson.exchange.identity.JoinRefused;
import dev.keelson.exchange.identity.JoinSettings;
import dev.keelson.exchange.identity.Membership;
import dev.keelson.protocol.v1.AgentHello;
import dev.keelson.protocol.v1.AgentInstruction;
import dev.keelson.protocol.v1.AgentMessage;
import dev.keelson.protocol.v1.AgentsGrpc;
import dev.keelson.protocol.v1.Command;
import dev.keelson.protocol.v1.DeploymentLoad;
import dev.keelson.protocol.v1.EnrolmentGrpc;
import dev.keelson.protocol.v1.GatewayReport;
import dev.keelson.protocol.v1.PoisonReport;
import dev.keelson.protocol.v1.RenewRequest;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.RequestLogState;
import dev.keelson.protocol.v1.TenantLoad;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole control plane over real sockets. */
final class ControlPlaneTest {
    @TempDir Path folder;

    @Test
    void startsAReplicaRoutesToItAndReplacesItWhenItFails() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            var gateway = fleet.gateway("gateway-1");
            var one = fleet.agent("node-1", "r1");
            Eventually.holds(() -> gateway.ready().size() == 1);
            var first = gateway.ready().getFirst();
            var version = gateway.table.getVersion();
            one.report(first, ReplicaPhase.FAILED, "exited-137");
            Eventually.holds(() -> gateway.ready().size() == 1 && !gateway.ready().contains(first));
            assertThat(gateway.table.getVersion()).isGreaterThan(version);
            var incident = fleet.get("/api/v1/incidents").get(0);
            assertThat(incident.path("kind").asText()).isEqualTo("engine-lost");
            assertThat(incident.path("target").asText()).isEqualTo(first);
            assertThat(incident.path("decisions").isEmpty()).isFalse();
            Eventually.holds(
                    () -> !fleet.get("/api/v1/incidents").get(0).path("resolvedAt").isNull());
        }
    }

    @Test
    void followsPlacesThatChangeWhileAReplicaServesAndSendsNothingToOneThatSleeps()
            throws Exception {
        try (var fleet = new TestFleet(folder)) {
            var gateway = fleet.gateway("gateway-1");
            var one = fleet.agent("node-1", "r1");
            Eventually.holds(() -> gateway.ready().size() == 1);
            var replica = gateway.ready().getFirst();
            assertThat(gateway.places(replica)).isEqualTo(8);

            one.report(replica, 3, false);
            Eventually.holds(() -> gateway.places(replica) == 3);
            assertThat(fleet.get("/api/v1/replicas").get(0).path("maxSequences").asInt())
                    .isEqualTo(3);

            one.report(replica, 3, true);
            Eventually.holds(() -> gateway.ready().isEmpty());
            var shown = fleet.get("/api/v1/replicas").get(0);
            assertThat(shown.path("asleep").asBoolean()).isTrue();
            assertThat(shown.path("state").asText()).isEqualTo("READY");

            one.report(replica, 3, false);
            Eventually.holds(() -> gateway.ready().equals(List.of(replica)));
        }
    }

    @Test
    void saysThatThereIsNoForecastAndKeepsWhatAdviceIsJudgedBy() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            var forecast = fleet.get("/api/v1/forecasts").path(0);

            assertThat(forecast.path("name").asText()).isEqualTo("chat");
            assertThat(forecast.path("mode").asText()).isEqualTo("ADVISE");
            assertThat(forecast.path("unusable").asText()).isEqualTo("there is no forecast");
            assertThat(forecast.path("demandReplicas").isNull()).isTrue();
            assertThat(forecast.path("scorecard").path("comparedSeconds").asLong()).isZero();
            assertThat(fleet.get("/api/v1/explain?subject=chat").path("forecast").path("name"))
                    .isEqualTo(forecast.path("name"));
            var steps = new ScalingStepTable(fleet.plane.database.jdbi());
            var step = new ScalingStep(Instant.EPOCH, 2, 1, null, 1.5, Duration.ofSeconds(3));
            steps.add("other", step);
            steps.add("other", step);
            assertThat(steps.since("other", Instant.EPOCH)).containsExactly(step);
        }
    }

    @Test
    void remembersReplicasAndDecisionsOverARestartWithTheNextEpoch() throws Exception {
        long epoch;
        int decisions;
        String replica;
        try (var fleet = new TestFleet(folder)) {
            var gateway = fleet.gateway("gateway-1");
            fleet.agent("node-1", "r1");
            Eventually.holds(() -> gateway.ready().size() == 1);
            replica = gateway.ready().getFirst();
            epoch = gateway.table.getEpoch();
            decisions = fleet.get("/api/v1/decisions").size();
            assertThat(decisions).isPositive();
        }
        try (var fleet = new TestFleet(folder)) {
            assertThat(fleet.get("/api/v1/status").path("epoch").asLong()).isEqualTo(epoch + 1);
            assertThat(fleet.get("/api/v1/decisions").size()).isGreaterThanOrEqualTo(decisions);
            assertThat(fleet.get("/api/v1/replicas").get(0).path("name").asText())
                    .isEqualTo(replica);
        }
    }

    @Test
    void aChangedEngineIsANewRevisionAndAnInvalidChangeKeepsTheLastGood() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            var gateway = fleet.gateway("gateway-1");
            fleet.agent("node-1", "r1");
            Eventually.holds(() -> gateway.ready().size() == 1);
            fleet.write(TestFleet.DEPLOYMENT.formatted(4));
            Eventually.holds(
                    () -> fleet.get("/api/v1/deployments").get(0).path("revision").asInt() == 2);
            fleet.write(TestFleet.DEPLOYMENT.formatted(4).replace("replicas:", "replicaz:"));
            Eventually.holds(() -> isOpen(fleet, "manifest-invalid"));
            assertThat(fleet.get("/api/v1/incidents").toString()).contains("chat.yaml:");
            assertThat(fleet.get("/api/v1/deployments").size()).isEqualTo(1);
            fleet.write(TestFleet.DEPLOYMENT.formatted(4) + "\n");
            Eventually.holds(() -> !isOpen(fleet, "manifest-invalid"));
            assertThat(fleet.get("/api/v1/deployments").get(0).path("revision").asInt())
                    .isEqualTo(2);
        }
    }

    @Test
    void adaptersReachNewReplicasAndOnlyThoseAreRoutedForThem() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            var gateway = fleet.gateway("gateway-1");
            var agent = fleet.agent("node-1", "r1");
            Eventually.holds(() -> gateway.ready().size() == 1);
            var before = gateway.ready();
            fleet.write(
                    TestFleet.DEPLOYMENT
                            .formatted(8)
                            .replace(
                                    "knobs: {",
                                    "adapters: {polite: adapters/polite}\n  knobs: {max_loras: 2, "));
            Eventually.holds(() ->
                    gateway.ready().size() == 1
                            && !gateway.ready().equals(before)
                            && gateway.table.getDeployments(0).getAdaptersCount() == 1);
            assertThat(gateway.table.getDeployments(0).getReplicasList())
                    .allSatisfy(replica ->
                            assertThat(replica.getAdaptersList())
                                    .isEqualTo(
                                            before.contains(replica.getReplica())
                                                    ? List.of()
                                                    : List.of("polite")))
                    .allSatisfy(replica ->
                            assertThat(replica.getAdapterSlots())
                                    .isEqualTo(replica.getAdaptersCount() == 0 ? 0 : 2));
            assertThat(agent.commands)
                    .filteredOn(Command::hasStart)
                    .last()
                    .extracting(start -> start.getStart().getEngine().getAdaptersMap())
                    .isEqualTo(Map.of("polite", "adapters/polite"));
            assertThat(fleet.get("/api/v1/deployments").get(0).path("adapters").toString())
                    .isEqualTo("[\"polite\"]");
        }
    }

    @Test
    void countsSettleWhenGatewaysAreIdleAndSumTheirLoad() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            assertThat(fleet.get("/api/v1/counts").path("settled").asBoolean()).isFalse();
            var gateway = fleet.gateway("gateway-1");
            gateway.report(
                    GatewayReport.newBuilder()
                            .addDeployments(
                                    DeploymentLoad.newBuilder()
                                            .setDeployment("chat")
                                            .setInFlight(3)
                                            .setQueued(2))
                            .setLog(
                                    RequestLogState.newBuilder()
                                            .setArrivals(3)
                                            .setPublished(3)
                                            .setOpen(3)));
            Eventually.holds(
                    () -> fleet.get("/api/v1/deployments").get(0).path("queued").asInt() == 2);
            assertThat(fleet.get("/api/v1/deployments").get(0).path("inFlight").asInt())
                    .isEqualTo(3);
            assertThat(fleet.get("/api/v1/counts").path("settled").asBoolean()).isFalse();
            gateway.report(
                    GatewayReport.newBuilder()
                            .setLog(
                                    RequestLogState.newBuilder()
                                            .setArrivals(3)
                                            .setCompletions(3)
                                            .setPublished(6)));
            Eventually.holds(() -> fleet.get("/api/v1/counts").path("settled").asBoolean());
            gateway.report(
                    GatewayReport.newBuilder()
                            .setLog(
                                    RequestLogState.newBuilder()
                                            .setArrivals(3)
                                            .setCompletions(3)
                                            .setPublished(6)
                                            .setLastPublishedEventTimeMs(1_500)));
            // The streams have not counted that record's second.
            Eventually.holds(() -> !fleet.get("/api/v1/counts").path("settled").asBoolean());
        }
    }

    @Test
    void dividesATenantsLimitsByWhatItsGatewaysAreAskedAndShowsNoKey() throws Exception {
        var hash = "ab".repeat(32);
        try (var fleet = new TestFleet(folder)) {
            var busy = fleet.gateway("gateway-1");
            var quiet = fleet.gateway("gateway-2");
            fleet.write(
                    TestFleet.DEPLOYMENT.formatted(8)
                            + """
                            ---
                            apiVersion: keelson.dev/v1
                            kind: Tenant
                            metadata: {name: acme}
                            spec: {keys: [%s], requestsPerSecond: 10, concurrency: 5}
                            """
                                    .formatted(hash));
            Eventually.holds(() ->
                    busy.table.getTenantsCount() == 1
                            && busy.table.getGateways() == 2
                            && quiet.shares.getSharesCount() == 1);
            busy.report(
                    GatewayReport.newBuilder()
                            .addTenants(
                                    TenantLoad.newBuilder()
                                            .setTenant("acme")
                                            .setRequestsPerSecond(50)
                                            .setConcurrency(20)
                                            .setInFlight(3)));
            Eventually.holds(() ->
                    busy.shares.getShares(0).getRequestFraction() == 1
                            && busy.shares.getShares(0).getConcurrency() == 5
                            && quiet.shares.getShares(0).getRequestFraction() == 0);
            assertThat(busy.shares.getShares(0).hasTokenFraction()).isFalse();

            // What is away may still serve: its part is not given to another.
            busy.out.onError(Status.CANCELLED.asRuntimeException());
            var tenant = fleet.get("/api/v1/tenants").get(0);
            assertThat(tenant.path("gateways").get(0).path("requestsPerSecond").asDouble())
                    .isEqualTo(10);
            assertThat(tenant.path("inFlight").asInt()).isEqualTo(3);
            assertThat(tenant.path("tokensPerMinute").isNull()).isTrue();
            assertThat(tenant.toString() + fleet.get("/api/v1/policies")).doesNotContain(hash);
        }
    }

    @Test
    void callsAPolicyByTheKindOfItsManifest() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            fleet.write(
                    TestFleet.DEPLOYMENT.formatted(8)
                            + manifest("AutoscalingPolicy", "deployment: chat")
                            + manifest("ForecastPolicy", "deployment: chat")
                            + manifest(
                                    "AcceleratorPolicy",
                                    "deployment: chat, kinds: {any: {pricePerGpuHour: 1,"
                                            + " prefillTokensPerSecond: 1,"
                                            + " decodeTokensPerSecond: 1}}")
                            + manifest("RecoveryPolicy", "maxStartFailures: 7")
                            + manifest("SpotPolicy", "minOnDemand: 1")
                            + manifest("Tenant", "keys: [%s]".formatted("0".repeat(64))));
            Eventually.holds(() -> policies(fleet).containsKey("Tenant"));
            assertThat(policies(fleet))
                    .containsOnlyKeys(
                            "AutoscalingPolicy",
                            "ForecastPolicy",
                            "AcceleratorPolicy",
                            "RecoveryPolicy",
                            "SpotPolicy",
                            "Autonomy",
                            "Tenant");
            assertThat(policies(fleet).get("RecoveryPolicy")).contains("\"maxStartFailures\":7");
            assertThat(policies(fleet).get("Autonomy")).contains("\"SCALE\":\"AUTO\"");
        }
    }

    /** Each kind in force with its spec. */
    private static Map<String, String> policies(TestFleet fleet) throws Exception {
        var byKind = new TreeMap<String, String>();
        for (var policy : fleet.get("/api/v1/policies")) {
            byKind.put(policy.path("kind").asText(), policy.path("spec").toString());
        }
        return byKind;
    }

    /** One document, of a kind that must be known. */
    private static String manifest(String kind, String spec) {
        return "---\napiVersion: keelson.dev/v1\nkind: %s\nmetadata: {name: other}\nspec: {%s}\n"
                .formatted(kind, spec);
    }

    @Test
    void quarantinesARequestThatKillsReplicas() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            var gateway = fleet.gateway("gateway-1");
            gateway.report(
                    GatewayReport.newBuilder()
                            .addPoison(
                                    PoisonReport.newBuilder()
                                            .setFingerprint("f00d")
                                            .setDeployment("chat")
                                            .addReplicas("chat-1")));
            Eventually.holds(() -> gateway.table.getQuarantinedList().contains("f00d"));
            assertThat(isOpen(fleet, "poison-request")).isTrue();
        }
    }

    @Test
    void aLeaderThatLostItsLeaseSendsNothingMore() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            var gateway = fleet.gateway("gateway-1");
            var agent = fleet.agent("node-1", "r1");
            Eventually.holds(() -> gateway.ready().size() == 1);
            var replica = gateway.ready().getFirst();
            LeaderLease.takeOver(fleet.plane.database.jdbi(), InstantSource.system());
            Eventually.holds(() -> fleet.deposed);
            var commands = List.copyOf(agent.commands);
            var table = gateway.table;
            agent.report(replica, ReplicaPhase.FAILED, "exited-137");
            Eventually.holds(
                    () -> fleet.get("/api/v1/replicas?all=true").toString().contains("\"FAILED\""));
            assertThatThrownBy(fleet.plane.loop::tick).isInstanceOf(Actuator.Deposed.class);
            fleet.plane.routing.refresh();
            assertThat(agent.commands).isEqualTo(commands);
            assertThat(gateway.table).isEqualTo(table);
        }
    }

    @Test
    void givesEveryGatewayTheSameSecretAndNodesNone() throws Exception {
        String secret;
        try (var fleet = new TestFleet(folder)) {
            secret = fleet.join("gateway", "gateway-1").fleetSecret().orElseThrow();
            assertThat(fleet.join("gateway", "gateway-2").fleetSecret()).contains(secret);
            assertThat(fleet.join("node", "node-1").fleetSecret()).isEmpty();
        }
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("data/fleet.secret"))))
                .isEqualTo("rw-------");
        try (var fleet = new TestFleet(folder)) {
            assertThat(fleet.join("gateway", "gateway-3").fleetSecret()).contains(secret);
        }
    }

    @Test
    void refusesPlainTextAndCallsWithoutACertificate() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            var port = fleet.plane.grpc.port();
            var plain = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
            assertThat(refusalOfRenewal(plain).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(refusalOfSession(plain).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            plain.shutdownNow();
            var nameless =
                    Grpc.newChannelBuilder(
                                    "127.0.0.1:" + port,
                                    TlsChannelCredentials.newBuilder()
                                            .trustManager(
                                                    InsecureTrustManagerFactory.INSTANCE
                                                            .getTrustManagers())
                                            .build())
                            .overrideAuthority("localhost")
                            .build();
            var renewal = refusalOfRenewal(nameless);
            assertThat(renewal.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(renewal.getDescription()).contains("client certificate");
            assertThat(refusalOfSession(nameless).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            nameless.shutdownNow();
            assertThat(fleet.get("/api/v1/nodes").size()).isZero();
            assertThat(fleet.join("node", "node-1").name()).isEqualTo("node-1");
        }
    }

    private static Status refusalOfRenewal(Channel channel) {
        return catchThrowableOfType(
                        StatusRuntimeException.class,
                        () ->
                                EnrolmentGrpc.newBlockingStub(channel)
                                        .withDeadlineAfter(1, TimeUnit.MINUTES)
                                        .renew(RenewRequest.getDefaultInstance()))
                .getStatus();
    }

    private static Status refusalOfSession(Channel channel) throws Exception {
        var ended = new CompletableFuture<Status>();
        var out =
                AgentsGrpc.newStub(channel)
                        .session(
                                new StreamObserver<AgentInstruction>() {
                                    @Override
                                    public void onNext(AgentInstruction instruction) {
                                        ended.complete(Status.OK);
                                    }

                                    @Override
                                    public void onError(Throwable cause) {
                                        ended.complete(Status.fromThrowable(cause));
                                    }

                                    @Override
                                    public void onCompleted() {
                                        ended.complete(Status.OK);
                                    }
                                });
        out.onNext(
                AgentMessage.newBuilder()
                        .setHello(AgentHello.newBuilder().setNode("intruder"))
                        .build());
        return ended.get(1, TimeUnit.MINUTES);
    }

    @Test
    void refusesTokensThatAreUsedOrWrongAndCallsOfTheWrongKind() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            var grant = fleet.post("/api/v1/join-tokens", "{}");
            var settings =
                    new JoinSettings(
                            "gateway",
                            "gateway-1",
                            "127.0.0.1:" + fleet.plane.grpc.port(),
                            grant.path("caFingerprint").asText(),
                            grant.path("token").asText());
            try (var member = Membership.open(settings, folder.resolve("g"))) {
                var agent = new TestFleet.Agent(member, "gateway-1", "r1");
                Eventually.holds(() -> agent.ended != null);
                assertThat(String.valueOf(agent.ended)).contains("PERMISSION_DENIED");
            }
            assertThat(refusal(settings, "again")).isEqualTo(JoinRefused.Reason.USED_TOKEN);
            var wrong =
                    new JoinSettings(
                            "node",
                            "n",
                            settings.grpcAddress(),
                            settings.caFingerprint(),
                            "kj_wrong");
            assertThat(refusal(wrong, "wrong")).isEqualTo(JoinRefused.Reason.WRONG_TOKEN);
        }
    }

    @Test
    void letsNobodyInWithoutATokenOfTheRole() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            assertThat(fleet.send("GET", "/api/v1/status", null, null).statusCode()).isEqualTo(401);
            assertThat(fleet.send("GET", "/api/v1/status", "kt_no", null).statusCode())
                    .isEqualTo(401);
            var viewer =
                    fleet.post("/api/v1/tokens", "{\"role\":\"viewer\"}").path("token").asText();
            assertThat(fleet.send("GET", "/api/v1/status", viewer, null).statusCode())
                    .isEqualTo(200);
            var refused = fleet.send("POST", "/api/v1/unfreeze", viewer, "{}");
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("operator");
            assertThat(fleet.send("GET", "/api/v1/audit", viewer, null).statusCode())
                    .isEqualTo(403);
            assertThat(fleet.send("POST", "/api/v1/freeze", fleet.adminToken(), "[1").statusCode())
                    .isEqualTo(400);
            assertThat(fleet.send("GET", "/api/v1/nothing", viewer, null).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void logsEachChangeWithItsAuthorAndADryRunChangesNothing() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            var body = "{\"reason\":\"launch\",\"expires\":\"30m\",\"dryRun\":true}";
            assertThat(fleet.post("/api/v1/freeze", body).path("dryRun").asBoolean()).isTrue();
            assertThat(fleet.get("/api/v1/freezes").size()).isZero();
            var logged = fleet.get("/api/v1/audit").size();
            fleet.post("/api/v1/freeze", body.replace("true", "false"));
            assertThat(fleet.get("/api/v1/freezes").size()).isEqualTo(1);
            var audit = fleet.get("/api/v1/audit");
            assertThat(audit.size()).isEqualTo(logged + 1);
            assertThat(audit.get(0).path("author").asText()).startsWith("token-");
            assertThat(fleet.plane.api.audit().isIntact()).isTrue();
        }
    }

    @Test
    void aGuardedClassActsOnceItIsApproved() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            fleet.write(
                    TestFleet.DEPLOYMENT.formatted(8).replace("recover: AUTO", "recover: GUARDED"));
            Eventually.holds(() -> policies(fleet).toString().contains("\"RECOVER\":\"GUARDED\""));
            var gateway = fleet.gateway("gateway-1");
            fleet.agent("node-1", "r1");
            Eventually.holds(
                    () -> fleet.get("/api/v1/decisions").toString().contains("APPROVAL_NEEDED"));
            assertThat(fleet.get("/api/v1/decisions").toString())
                    .contains("keelson approve recover chat");

            assertThat(refusal(fleet, "{\"class\":\"repair\"}")).contains("400", "repair");
            assertThat(refusal(fleet, "{\"class\":\"scale\"}")).contains("400", "AUTO");
            assertThat(refusal(fleet, "{\"class\":\"recover\",\"deployment\":\"other\"}"))
                    .contains("404", "other");
            assertThat(refusal(fleet, "{\"class\":\"recover\",\"expires\":\"99d\"}"))
                    .contains("400", "30 days");
            var body = "{\"class\":\"recover\",\"deployment\":\"chat\",\"dryRun\":true}";
            fleet.post("/api/v1/approve", body);
            assertThat(fleet.get("/api/v1/approvals").size()).isZero();
            assertThat(gateway.ready()).isEmpty();

            fleet.post("/api/v1/approve", body.replace("true", "false"));
            Eventually.holds(() -> gateway.ready().size() == 1);
            var approval = fleet.get("/api/v1/status").path("approvals").path(0);
            assertThat(approval.path("class").asText()).isEqualTo("recover");
            assertThat(approval.path("deployment").asText()).isEqualTo("chat");
            assertThat(fleet.get("/api/v1/audit").get(0).path("action").asText())
                    .isEqualTo("approve");
        }
    }

    private static String refusal(TestFleet fleet, String approval) throws Exception {
        var answer = fleet.send("POST", "/api/v1/approve", fleet.adminToken(), approval);
        return answer.statusCode() + " " + answer.body();
    }

    @Test
    void aLoginLinkWorksOnce() throws Exception {
        try (var fleet = new TestFleet(folder)) {
            var path = fleet.post("/api/v1/login-links", "{}").path("path").asText();
            var first = fleet.send("GET", path, null, null);
            assertThat(first.statusCode()).isEqualTo(302);
            assertThat(first.headers().firstValue("Set-Cookie").orElse(""))
                    .contains("HttpOnly", "SameSite=Strict");
            assertThat(fleet.send("GET", path, null, null).statusCode()).isEqualTo(401);
        }
    }

    private JoinRefused.Reason refusal(JoinSettings settings, String home) {
        return catchThrowableOfType(
                        JoinRefused.class, () -> Membership.open(settings, folder.resolve(home)))
                .reason();
    }

    private static boolean isOpen(TestFleet fleet, String kind) throws Exception {
        for (var incident : fleet.get("/api/v1/incidents")) {
            if (incident.path("kind").asText().equals(kind)
                    && incident.path("resolvedAt").isNull()) {
                return true;
            }
        }
        return false;
    }
}
