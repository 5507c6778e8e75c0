package dev.keelson.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.report.RunReport;
import dev.keelson.simulator.trace.FaultTrace;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.FleetFile;
import dev.keelson.simulator.trace.Incident;
import dev.keelson.simulator.trace.IncidentFile;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceChoice;
import dev.keelson.simulator.trace.TraceFile;
import dev.keelson.simulator.trace.TraceRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultsInTheWorldTest {
    private static final Path DATASETS = Path.of("..", "datasets");
    private static final Fleet FLEET =
            FleetFile.read(DATASETS.resolve("fleets").resolve("rtx-4090.yaml"));

    @Test
    void nodesOfTheFaultTraceFailAndComeBack() {
        var faults =
                FaultTrace.read(
                        DATASETS.resolve("infinitehbd-faults")
                                .resolve("fault_intervals_days_0_240.csv"));
        // A quarter of an hour plays forty days of servers of which each had a fault.
        var incidents =
                faults.incidents(
                        FLEET,
                        184,
                        Duration.ofDays(60),
                        Duration.ofMinutes(15),
                        4_000,
                        new SplittableRandom(3));
        var trace = even(15, 2);
        var rows =
                new FleetStudy(FLEET.withIncidents(incidents), trace, 1)
                        .run(List.of(PolicyChoice.parse("static-peak")), 1, r -> {});
        var quiet =
                new FleetStudy(FLEET, trace, 1)
                        .run(List.of(PolicyChoice.parse("static-peak")), 1, r -> {});

        assertThat(incidents).isNotEmpty();
        assertThat(rows.getFirst().failed()).isPositive();
        assertThat(quiet.getFirst().failed()).isZero();
        assertThat(rows.getFirst().met()).isLessThan(quiet.getFirst().met());
        assertThat(rows.getFirst().course().getLast().ready())
                .isEqualTo(quiet.getFirst().course().getLast().ready());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nodes", "gpus", "grey", "blind"})
    void theSameIncidentsGiveTheSameBytesUnderEveryPolicyOnOneThreadOrTwo(String name) {
        var fleet = FLEET.withIncidents(quick(name));
        var trace = even(5, 2);
        var choices =
                List.of(
                        PolicyChoice.parse("hpa"),
                        PolicyChoice.parse("knative-kpa"),
                        PolicyChoice.parse("reactive"));
        var study = new FleetStudy(fleet, trace, 5);

        var one = new RunReport(fleet, trace, study.capacity(), 5, study.run(choices, 1, r -> {}));
        var two = new RunReport(fleet, trace, study.capacity(), 5, study.run(choices, 2, r -> {}));

        assertThat(two.toJson(0).toPrettyString()).isEqualTo(one.toJson(0).toPrettyString());
        for (RunResult row : one.rows()) {
            assertThat(row.requests()).as(row.policy()).isEqualTo(trace.count());
            assertThat(row.met() + row.refused() + row.failed())
                    .as(row.policy())
                    .isLessThanOrEqualTo(row.requests());
        }
    }

    @Test
    void theGatewayMovesRequestsWithoutTokenOffAHungEngine() {
        var row = play("none", 3, "{at: 100s, kind: hang}");

        // Streams that had begun break; those that had not are moved, and later ones go elsewhere.
        assertThat(row.requestsLost()).isBetween(1L, 40L);
        assertThat(row.found()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "keelson, answers, 6, 11",
        "keelson, silent, 6, 11",
        "kubernetes, silent, 30, 31",
        "kubernetes, answers, , "
    })
    void aHangIsFoundByProgressAndOnlyByASilentHealthPageOtherwise(
            String policy, String health, Double least, Double most) {
        var row = play(policy, 3, "{at: 100s, kind: hang, health: " + health + "}");

        var after = row.faults().getFirst().foundAfterSeconds();
        if (least == null) {
            assertThat(after).isNull();
        } else {
            assertThat(after).isBetween(least, most);
        }
        assertThat(row.falsePositives()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"keelson, 3, 5", "kubernetes, 50, 51", "nvsentinel, 50, 51"})
    void aLostNodeIsFoundByItsSilence(String policy, double least, double most) {
        var row = play(policy, 6, "{at: 100s, kind: node-loss, node: 1, for: 5m}");

        assertThat(row.faults().getFirst().foundAfterSeconds()).isBetween(least, most);
        assertThat(row.falsePositives()).isEmpty();
    }

    @Test
    void onlyTheLadderActsOnAFatalXidAndNobodyOnAHarmlessOne() {
        var harmless = "{at: 60s, kind: xid, node: 1, code: 63}";
        var fatal = "{at: 100s, kind: xid, node: 2, code: 119}";

        var ladder = play("nvsentinel", 6, harmless, fatal);
        var kubernetes = play("kubernetes", 6, harmless, fatal);

        assertThat(ladder.faults()).hasSize(1);
        assertThat(ladder.faults().getFirst().foundAfterSeconds()).isZero();
        assertThat(ladder.falsePositives()).isEmpty();
        assertThat(kubernetes.falsePositives()).isEmpty();
        // In its place the engine fails for ever: the GPU is never reset.
        assertThat(kubernetes.capacityLostReplicaHours())
                .isGreaterThan(ladder.capacityLostReplicaHours());
    }

    @Test
    void slowReplicasAreFoundByTheSlowBrokerTestOnly() {
        var slow = "{at: 100s, kind: slow-replica, factor: 6}";

        var found = play("slow-broker:interval=20", 11, 1.6, slow);
        var missed = play("kubernetes", 11, 1.6, slow);

        // Five suspect rounds at the earliest.
        assertThat(found.faults().getFirst().foundAfterSeconds()).isBetween(80.0, 180.0);
        assertThat(found.falsePositives()).isEmpty();
        assertThat(missed.found()).isZero();
    }

    @Test
    void withoutFaultsNothingIsLostAndNobodyIsAccused() {
        for (String policy : RecoveryStudy.NAMES) {
            var row = play(policy, 6);
            assertThat(row.requestsLost()).as(policy).isZero();
            assertThat(row.falsePositives()).as(policy).isEmpty();
            assertThat(row.capacityLostReplicaHours()).as(policy).isZero();
        }
    }

    private static RecoveryResult play(String policy, int replicas, String... incidents) {
        return play(policy, replicas, 0.8, incidents);
    }

    private static RecoveryResult play(
            String policy, int replicas, double perReplica, String... incidents) {
        var fleet =
                incidents.length == 0
                        ? FLEET
                        : FLEET.withIncidents(
                                IncidentFile.parse(
                                        "i.yaml",
                                        "name: x\nincidents: ["
                                                + String.join(", ", incidents)
                                                + "]\n",
                                        FLEET));
        return new RecoveryStudy(fleet, even(10, perReplica * replicas), replicas, 1)
                .play(PolicyChoice.parse(policy));
    }

    /** The example's incidents twelve times as fast: an hour in five minutes. */
    private static List<Incident> quick(String name) {
        var hour = IncidentFile.read(DATASETS.resolve("incidents").resolve(name + ".yaml"), FLEET);
        var quick = new ArrayList<Incident>();
        for (Incident incident : hour) {
            var at = incident.at().dividedBy(12);
            var lasts = incident.lasts().dividedBy(12);
            quick.add(
                    switch (incident) {
                        case Incident.NodeLoss i ->
                                new Incident.NodeLoss(at, i.node(), i.lead(), lasts);
                        case Incident.Xid i -> new Incident.Xid(at, i.node(), i.code(), lasts);
                        case Incident.Hang i ->
                                new Incident.Hang(at, i.node(), i.healthAnswers(), lasts);
                        case Incident.StuckPending i ->
                                new Incident.StuckPending(at, i.node(), lasts);
                        case Incident.Slow i ->
                                new Incident.Slow(at, i.node(), i.wholeNode(), i.factor(), lasts);
                        case Incident.TelemetryLoss i ->
                                new Incident.TelemetryLoss(at, i.delay(), i.lossShare(), lasts);
                    });
        }
        return quick;
    }

    /** Minutes of the Azure trace's first requests at an even rate per second. */
    private static Trace even(int minutes, double perSecond) {
        var like =
                TraceFile.read(
                                DATASETS.resolve("azure-llm-2023")
                                        .resolve("AzureLLMInferenceTrace_conv.csv.gz"),
                                TraceChoice.whole(1))
                        .sample();
        var requests = new ArrayList<TraceRequest>();
        for (int i = 0; i / perSecond < minutes * 60; i++) {
            var r = like.get(i % like.size());
            requests.add(new TraceRequest(i / perSecond, r.promptTokens(), r.outputTokens()));
        }
        return new Trace("even", requests, minutes * 60.0);
    }
}
