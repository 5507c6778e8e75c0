package dev.keelson.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One fleet of three nodes, and everything that may happen to it, one after the other. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RunningFleetTest {
    private static final Path ROOT = Path.of(System.getProperty("keelson.root"));
    private static final Duration LOAD = Duration.ofSeconds(25);
    private static final double RATE = 4;

    @TempDir static Path folder;
    private static Fleet fleet;

    @BeforeAll
    static void start() {
        fleet =
                Fleet.up(
                        ROOT,
                        folder.resolve("data"),
                        PoisonRequest.environment(),
                        "--nodes",
                        "3",
                        "--spot",
                        "3",
                        "--replicas",
                        "2:4",
                        "--gateways",
                        "2");
    }

    @AfterAll
    static void endLeavesNoProcess() {
        fleet.close();
    }

    @Test
    @Order(1)
    void servesEveryRequestInQuietTimes() {
        fleet.steady(Duration.ofMinutes(2));
        var result = Load.start(fleet, RATE, Duration.ofSeconds(10), 32).finish();
        assertThat(result.failed()).as(result.toString()).isZero();
        assertThat(fleet.json("status").path("state").asText()).isEqualTo("ready");
    }

    @Test
    @Order(2)
    void replacesAKilledEngineAndLosesNoRequest() {
        var figures = Faults.killEngine(fleet, RATE, LOAD);
        assertThat(figures.load().failed()).as(figures.load().toString()).isZero();
    }

    @Test
    @Order(2)
    void goesOnWithTheStreamsOfAKilledEngineAsIfItStillRan() {
        var figures = Failover.rounds(fleet, 15, 1);
        assertThat(figures.value("brokenUndisturbed")).isZero();
        assertThat(figures.value("brokenStreams")).as(figures.toString()).isZero();
        assertThat(figures.value("differentTexts")).as(figures.toString()).isZero();
        assertThat(figures.value("continuedStreams")).as(figures.toString()).isPositive();
    }

    @Test
    @Order(2)
    void losesNoRequestOfTheOtherGatewaysClientsWhenOneIsKilledAndCountsEachOnce() {
        var figures = GatewayLoss.kill(fleet, RATE, LOAD);
        assertThat(figures.load().failed()).as(figures.load().toString()).isZero();
        assertThat(figures.value("arrivals"))
                .as(figures.toString())
                .isBetween(figures.value("arrivalsAtLeast"), figures.value("arrivalsAtMost"));
        assertThat(figures.value("completions")).isEqualTo(figures.value("arrivals"));
        assertThat(figures.value("demandCounted")).isEqualTo(figures.value("arrivals"));
    }

    @Test
    @Order(3)
    void replacesAHungEngineAndItsRequestsFinishElsewhere() {
        var figures = Faults.hangEngine(fleet, RATE, LOAD);
        assertThat(figures.load().failed()).as(figures.load().toString()).isZero();
    }

    @Test
    @Order(4)
    void servesOnWithoutItsControlPlaneAndGetsItsStateBack() {
        var figures = Faults.killControlPlane(fleet, RATE, LOAD);
        assertThat(figures.load().failed()).as(figures.load().toString()).isZero();
        assertThat(figures.value("losses")).isZero();
        assertThat(figures.value("enginesReplaced")).isZero();
    }

    @Test
    @Order(5)
    void replacesNothingAfterItsControlPlaneWasPaused() {
        var figures = Faults.pauseControlPlane(fleet, RATE, LOAD, Duration.ofSeconds(15));
        assertThat(figures.load().failed()).as(figures.load().toString()).isZero();
        assertThat(figures.value("losses")).isZero();
        assertThat(figures.value("enginesReplaced")).isZero();
    }

    @Test
    @Order(6)
    void movesEverythingOffASpotNodeWithinItsNotice() {
        var figures =
                Faults.spotNotice(fleet, RATE, Duration.ofSeconds(40), Duration.ofSeconds(30));
        assertThat(figures.load().failed()).as(figures.load().toString()).isZero();
        assertThat(figures.value("replacedSeconds")).isLessThan(figures.value("leadSeconds"));
    }

    @Test
    @Order(7)
    void replacesTheReplicasOfALostNodeElsewhere() {
        var figures = Faults.killNode(fleet, RATE, LOAD);
        assertThat(figures.load().failed()).as(figures.load().toString()).isZero();
        assertThat(figures.value("replicasShownOnDeadNode")).isZero();
    }

    @Test
    @Order(8)
    void drainsTheSurplusAfterAPartitionHeals() {
        var figures = Faults.partitionNode(fleet, RATE, LOAD, Duration.ofSeconds(15));
        assertThat(figures.load().failed()).as(figures.load().toString()).isZero();
        assertThat(figures.value("surplusEngines")).isZero();
    }

    @Test
    @Order(9)
    void countsEveryRequestOnceThroughOutagesOfKafkaAndFlink() {
        var figures = Streams.outages(fleet, RATE, Duration.ofSeconds(75), Duration.ofSeconds(8));
        var sent = (double) figures.load().sent();
        assertThat(figures.load().failedBeforeFirstToken()).as(figures.load().toString()).isZero();
        assertThat(figures.value("arrivals")).isEqualTo(sent);
        assertThat(figures.value("completions")).isEqualTo(sent);
        assertThat(figures.value("demandCounted")).isEqualTo(sent);
        assertThat(figures.value("dropped")).isZero();
    }

    @Test
    @Order(10)
    void scalesOutUnderLoadWithAReasonForEachChangeWhileItsForecasterHangsAndDies() {
        var forecasters = fleet.pids("forecaster");
        assertThat(forecasters).hasSize(1);
        forecasters.forEach(pid -> Fleet.signal(pid, "STOP"));
        var before = fleet.wanted();
        var since = Instant.now();
        var load = Load.start(fleet, 20, Duration.ofSeconds(30), 48);
        Fleet.await(
                "more replicas are wanted", Duration.ofMinutes(1), () -> fleet.wanted() > before);
        var result = load.finish();
        assertThat(result.failed()).as(result.toString()).isLessThanOrEqualTo(result.sent() / 50);
        var scaled =
                fleet.get("decisions", "--limit", "200").stream()
                        .filter(d -> Instant.parse(d.path("time").asText()).isAfter(since))
                        .filter(d -> d.path("actions").toString().contains("\"SCALE\""))
                        .toList();
        assertThat(scaled).isNotEmpty();
        assertThat(scaled).allSatisfy(d -> assertThat(d.path("reason").asText()).isNotBlank());
        assertThat(scaled).allSatisfy(d -> assertThat(d.path("inputs").size()).isPositive());
        forecasters.forEach(pid -> Fleet.signal(pid, "KILL"));
        Fleet.await(
                "another forecaster runs",
                Duration.ofMinutes(1),
                () ->
                        !fleet.pids("forecaster").isEmpty()
                                && !fleet.pids("forecaster").equals(forecasters));
    }

    @Test
    @Order(11)
    void replaysItsJournalIdenticallyAndFindsAnAlteredNumber() throws IOException {
        var journal = folder.resolve("journal");
        fleet.exportJournal(Instant.now().minus(Duration.ofHours(1)), journal);
        var replay = fleet.json("replay", journal.toString());
        assertThat(replay.path("decisions").asInt()).isPositive();
        assertThat(replay.path("differences").asInt()).isZero();
        var lines = Files.readAllLines(journal);
        var altered =
                lines.stream()
                        .map(line ->
                                line.replaceFirst(
                                        "(\"type\"\\s*:\\s*\"SCALE\"[^}]*?\"to\"\\s*:\\s*)(\\d+)",
                                        "$199"))
                        .toList();
        assertThat(altered).isNotEqualTo(lines);
        Files.write(journal, altered);
        assertThat(fleet.run("replay", journal.toString()).exit()).isEqualTo(3);
    }

    @Test
    @Order(12)
    void keepsTheLastGoodManifestAndSaysWhereTheBadOneIsWrong() throws IOException {
        var file = folder.resolve("data/policies/deployment.yaml");
        var good = Files.readString(file);
        Files.writeString(file, good.replaceFirst("(?m)^spec:", "spec:\n  replikas: {min: 1}"));
        Fleet.await(
                "the incident opens",
                Duration.ofMinutes(1),
                () -> openIncidents(Set.of("manifest-invalid")) == 1);
        assertThat(fleet.wanted()).isPositive();
        Files.writeString(file, good);
        Fleet.await(
                "the incident resolves",
                Duration.ofMinutes(1),
                () -> openIncidents(Set.of("manifest-invalid")) == 0);
    }

    @Test
    @Order(13)
    void goesBackWhenANewRevisionNamesNoModel() throws IOException {
        goesBackFrom("no-such-model");
    }

    @Test
    @Order(14)
    void goesBackWhenANewRevisionsWeightsAreBroken() throws IOException {
        var broken = Files.createDirectories(folder.resolve("data/models/broken"));
        try (var files = Files.list(ROOT.resolve("models/keelson-mini"))) {
            for (var file : files.toList()) {
                var bytes = Files.readAllBytes(file);
                var isWeights = file.toString().endsWith(".safetensors");
                Files.write(
                        broken.resolve(file.getFileName()),
                        isWeights ? Arrays.copyOf(bytes, bytes.length / 2) : bytes);
            }
        }
        goesBackFrom("broken");
    }

    private static void goesBackFrom(String model) throws IOException {
        // What an earlier round scaled out goes again first: a replica drained by it is no loss of
        // this one.
        Fleet.await("scaled in", Duration.ofMinutes(10), () -> fleet.wanted() == 2);
        fleet.steady(Duration.ofMinutes(5));
        var engines = fleet.pids("engine");
        var since = Instant.now();
        var file = folder.resolve("data/policies/deployment.yaml");
        var good = Files.readString(file);
        var load = Load.start(fleet, RATE, Duration.ofSeconds(40), 16);
        Files.writeString(file, good.replaceFirst("(?m)^(\\s*model:\\s*)(\\S+)", "$1" + model));
        Fleet.await(
                "the revision is called bad",
                Duration.ofMinutes(3),
                () -> !Incidents.since(fleet, since, Set.of("bad-revision")).isEmpty());
        assertThat(fleet.get("decisions", "--limit", "200").toString()).contains("REVERT_REVISION");
        var result = load.finish();
        assertThat(result.failed()).as(result.toString()).isZero();
        assertThat(fleet.pids("engine")).containsAll(engines);
        Files.writeString(file, good);
        fleet.steady(Duration.ofMinutes(5));
    }

    @Test
    @Order(15)
    void quarantinesARequestThatKilledTwoReplicasAndFailsNoOther() {
        var outcome = PoisonRequest.send(fleet);
        assertThat(outcome.status()).containsExactly(422, 422);
        assertThat(outcome.errorType()).containsOnly("poison_request");
        assertThat(outcome.enginesLost()).isEqualTo(2);
        assertThat(outcome.enginesLostAgain()).isZero();
        assertThat(outcome.innocentStatuses()).containsExactly(200);
        assertThat(outcome.incidents()).hasSize(1);
    }

    @Test
    @Order(16)
    void holdsDiscretionaryActionsWhileFrozen() {
        fleet.succeed("freeze", "--reason", "test", "--expires", "10m");
        var wanted = fleet.wanted();
        fleet.succeed("scale", Load.model(fleet.gateway()), "4", "--dry-run");
        Load.start(fleet, 20, Duration.ofSeconds(12), 48).finish();
        assertThat(fleet.wanted()).isEqualTo(wanted);
        fleet.succeed("unfreeze");
    }

    @Test
    @Order(15)
    void callsNothingLostWhileOthersTakeTheMachine() {
        var figures = Machine.saturated(fleet, Duration.ofSeconds(30));
        assertThat(figures.value("falseLosses")).isZero();
        assertThat(figures.value("enginesReplaced")).isZero();
    }

    @Test
    @Order(16)
    void writesNoPromptAnywhere() throws IOException {
        var canary = "zq-canary-51d0";
        var model = Load.model(fleet.gateway());
        for (var more : new String[] {"", ",\"stream\":true", ",\"max_tokens\":-1"}) {
            var body =
                    "{\"model\":\"%s\",\"prompt\":\"%s %s\"%s}"
                            .formatted(model, canary, canary, more);
            assertThat(Load.post(fleet.gateway() + "/v1/completions", body).getResponseCode())
                    .isPositive();
        }
        Streams.settle(fleet);
        try (var files = Files.walk(fleet.data())) {
            assertThat(files.filter(Files::isRegularFile).filter(file -> holds(file, canary)))
                    .isEmpty();
        }
    }

    private static boolean holds(Path file, String text) {
        try {
            return new String(
                            Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1)
                    .contains(text);
        } catch (IOException e) {
            // It ended while we walked; what is gone holds nothing.
            return false;
        }
    }

    @Test
    @Order(17)
    void takesInAnAgentAndAGatewayStartedByHandAndLetsThemGo() throws Exception {
        fleet.steady(Duration.ofMinutes(5));
        var hands = new ByHand(fleet, Files.createDirectories(folder.resolve("elsewhere")));
        var agent = hands.agent("hand-node");
        var gateway = hands.gateway("hand-gateway");
        try {
            hands.awaitJoined();
            var local = Load.start(fleet, RATE, Duration.ofSeconds(40), 16);
            var served = Load.start(hands.gatewayUrl(), LOAD, 16, progress -> RATE);
            hands.moveEverythingTo("hand-node");
            assertThat(served.finish()).satisfies(r -> assertThat(r.failed()).isZero());
            hands.moveEverythingAwayFrom("hand-node");
            agent.destroy();
            assertThat(agent.waitFor(1, TimeUnit.MINUTES)).isTrue();
            // 143 is how a JVM says that it ended on SIGTERM.
            assertThat(agent.exitValue()).isIn(0, 143);
            fleet.succeed("drain", "hand-gateway");
            assertThat(gateway.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(gateway.exitValue()).isZero();
            var result = local.finish();
            assertThat(result.failed()).as(result.toString()).isZero();
            Fleet.await(
                    "the node is gone",
                    Duration.ofMinutes(1),
                    () -> hands.nodeState("hand-node").equals("GONE"));
            fleet.steady(Duration.ofMinutes(3));
        } finally {
            agent.destroyForcibly();
            gateway.destroyForcibly();
        }
    }

    private static long openIncidents(Set<String> kinds) {
        return fleet.get("incidents").stream()
                .filter(i -> kinds.contains(i.path("kind").asText()))
                .map(i -> i.path("resolvedAt"))
                .filter(JsonNode::isNull)
                .count();
    }
}
