package dev.keelson.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.core.control.ForecastSource;
import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.report.RunHtml;
import dev.keelson.simulator.report.RunReport;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.FleetFile;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceChoice;
import dev.keelson.simulator.trace.TraceFile;
import dev.keelson.simulator.trace.TraceRequest;
import dev.keelson.simulator.trace.TraceRequest.Label;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FleetStudyTest {
    private static final Path DATASETS = Path.of("..", "datasets");

    @Test
    void theSameSeedGivesTheSameBytesOnOneThreadOrTwo() {
        var fleet = fleet("rtx-4090.yaml");
        var trace = minutes(10, 1);

        var one = report(fleet, trace, 1);
        var two = report(fleet, trace, 2);

        assertThat(two.toJson(0).toPrettyString()).isEqualTo(one.toJson(0).toPrettyString());
        assertThat(RunHtml.of(two)).isEqualTo(RunHtml.of(one));
    }

    @Test
    void everyRequestIsServedRefusedOrFailed() {
        var trace = minutes(10, 3);
        for (RunResult row : report(fleet("rtx-4090.yaml"), trace, 1).rows()) {
            assertThat(row.requests()).as(row.policy()).isEqualTo(trace.count());
            assertThat(row.met() + row.refused() + row.failed())
                    .as(row.policy())
                    .isLessThanOrEqualTo(row.requests());
            assertThat(row.gpuHours()).as(row.policy()).isPositive();
            assertThat(row.parameters()).as(row.policy()).isNotEmpty();
        }
    }

    @Test
    void theOracleRowIsAlwaysThere() {
        var rows =
                new FleetStudy(fleet("h100.yaml"), minutes(2, 1), 1)
                        .run(List.of(PolicyChoice.parse("hpa:target=0.5")), 1, row -> {});

        assertThat(rows).extracting(RunResult::policy).containsExactly("hpa:target=0.5", "oracle");
    }

    @Test
    void anUnknownOptionLeavesNoTable() {
        var study = new FleetStudy(fleet("h100.yaml"), minutes(2, 1), 1);

        assertThatThrownBy(
                        () -> study.run(List.of(PolicyChoice.parse("hpa:taget=0.5")), 1, row -> {}))
                .hasMessageContaining("no option taget")
                .hasMessageContaining("target");
    }

    @Test
    void moreDemandIsGivenMoreReplicas() {
        var fleet = fleet("rtx-4090.yaml");
        var choices = List.of(PolicyChoice.parse("reactive"), PolicyChoice.parse("hpa"));

        var light = new FleetStudy(fleet, minutes(15, 1), 1).run(choices, 1, row -> {});
        var heavy = new FleetStudy(fleet, minutes(15, 4), 1).run(choices, 1, row -> {});

        for (int i = 0; i < choices.size(); i++) {
            assertThat(heavy.get(i).gpuHours())
                    .as(choices.get(i).text())
                    .isGreaterThan(2 * light.get(i).gpuHours());
        }
    }

    @Test
    void theUrgentAreServedWhenThereIsNotEnoughForAll() throws IOException {
        var text = Files.readString(DATASETS.resolve("fleets").resolve("rtx-4090.yaml"));
        var fleet =
                FleetFile.parse("fleet.yaml", text.replace("maxReplicas: 32", "maxReplicas: 4"));
        var crowd = new ArrayList<TraceRequest>();
        int i = 0;
        for (TraceRequest r : minutes(4, 4)) {
            var label = new Label(i % 4 == 0 ? "urgent" : "patient", "", i % 4 == 0 ? 0 : 1);
            crowd.add(new TraceRequest(r.seconds(), r.promptTokens(), r.outputTokens(), label));
            i++;
        }

        var row =
                new FleetStudy(fleet, new Trace("crowd", crowd, 240), 1)
                        .run(List.of(PolicyChoice.parse("static-peak")), 1, r -> {})
                        .getFirst();

        var urgent = Objects.requireNonNull(row.tenants().get("urgent"));
        var patient = Objects.requireNonNull(row.tenants().get("patient"));
        assertThat(urgent.requests() + patient.requests()).isEqualTo(row.requests());
        assertThat(urgent.met() + patient.met()).isEqualTo(row.met());
        assertThat(urgent.sloAttainment()).isGreaterThan(patient.sloAttainment() + 0.1);
        assertThat(urgent.ttftSecondsP99()).isLessThan(patient.ttftSecondsP99() / 3);
    }

    @Test
    void spotReplicasAreHeldAtTheirPrice() {
        var fleet = fleet("a100-spot.yaml");
        var trace = repeated(4, 4);
        var choices =
                List.of(
                        PolicyChoice.parse("static-peak"),
                        PolicyChoice.parse("static-peak:spot=1"));

        var rows = new FleetStudy(fleet, trace, 1).run(choices, 1, row -> {});
        var onDemand = rows.get(0);
        var spot = rows.get(1);

        assertThat(onDemand.spotGpuHours()).isZero();
        assertThat(spot.spotGpuHours()).isGreaterThan(spot.gpuHours() / 2);
        assertThat(spot.cost()).isLessThan(onDemand.cost());
        assertThat(spot.cost())
                .isCloseTo(
                        1.09 * spot.spotGpuHours() + 3.43 * (spot.gpuHours() - spot.spotGpuHours()),
                        within(1e-6));
        assertThat(spot.parameters()).containsKey("capacity");
    }

    @Test
    void theProductionLoopReplacesWhatANodeTookWithIt() throws IOException {
        var text =
                Files.readString(DATASETS.resolve("fleets").resolve("rtx-4090.yaml"))
                        + "incidents:\n"
                        + "  - {at: 4m, node: rtx-4090-a-1, for: 3m}\n"
                        + "  - {at: 8m, node: rtx-4090-b-1, lead: 120s, for: 3m}\n";
        var fleet = FleetFile.parse("fleet.yaml", text);

        var row =
                new FleetStudy(fleet, minutes(15, 3), 1)
                        .run(List.of(PolicyChoice.parse("reactive")), 1, r -> {})
                        .getFirst();

        // Those that were being answered on the lost node have failed, and only those.
        assertThat(row.failed()).isBetween(1L, 200L);
        assertThat(row.course().getLast().ready()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void theProductionLoopHoldsOnTelemetryThatIsTooOld() throws IOException {
        var text = Files.readString(DATASETS.resolve("fleets").resolve("rtx-4090.yaml"));
        var late = FleetFile.parse("fleet.yaml", text + "telemetry: {delay: 30s}\n");
        var sparse =
                FleetFile.parse("fleet.yaml", text + "telemetry: {delay: 1s, lossShare: 0.5}\n");
        var choices = List.of(PolicyChoice.parse("reactive"));

        var held = new FleetStudy(late, minutes(10, 3), 1).run(choices, 1, row -> {});
        var acted = new FleetStudy(sparse, minutes(10, 3), 1).run(choices, 1, row -> {});

        assertThat(held.getFirst().actions()).isZero();
        assertThat(acted.getFirst().actions()).isPositive();
        assertThat(acted.getFirst().sloAttainment()).isGreaterThan(held.getFirst().sloAttainment());
    }

    @Test
    void theDetailedEngineGivesTheSameBytesOnOneThreadOrTwoAndSaysWhereItsTimesAreFrom() {
        var fleet =
                FleetFile.read(DATASETS.resolve("fleets").resolve("a100.yaml"), FleetFile.DETAILED);
        var trace = minutes(2, 2);
        var choices = List.of(PolicyChoice.parse("hpa"), PolicyChoice.parse("reactive"));

        var study = new FleetStudy(fleet, trace, 3);
        var one =
                new RunReport(fleet, trace, study.capacity(), 3, study.run(choices, 1, row -> {}));
        var two =
                new RunReport(fleet, trace, study.capacity(), 3, study.run(choices, 2, row -> {}));

        assertThat(two.toJson(0).toPrettyString()).isEqualTo(one.toJson(0).toPrettyString());
        assertThat(one.toJson(0).path("inputs").path("stepTimeSource").asText())
                .isEqualTo("MEASURED_TABLES");
        assertThat(one.toLines().get(1))
                .contains("detailed")
                .contains("measured tables")
                .contains("a100_sxm");
    }

    /** On the same coefficients what the fleet does must not hang on the replica model. */
    @Test
    void theDetailedEngineOnTheSameCoefficientsAgreesWithTheClosedForm() throws IOException {
        var text = Files.readString(DATASETS.resolve("fleets").resolve("rtx-4090.yaml"));
        var linear = FleetFile.parse("fleet.yaml", text);
        var detailed =
                FleetFile.parse(
                        "fleet.yaml",
                        text.replace(
                                "engine:\n",
                                "engine:\n  simulate: detailed\n  detailed: {asynchronous: false}\n"));
        var trace = minutes(6, 2);
        var choices = List.of(PolicyChoice.parse("static-peak"), PolicyChoice.parse("hpa"));

        var closed = new FleetStudy(linear, trace, 3).run(choices, 1, row -> {});
        var stepped = new FleetStudy(detailed, trace, 3).run(choices, 1, row -> {});

        for (int i = 0; i < choices.size(); i++) {
            var name = choices.get(i).text();
            assertThat(stepped.get(i).gpuHours())
                    .as(name)
                    .isCloseTo(closed.get(i).gpuHours(), within(0.1 * closed.get(i).gpuHours()));
            assertThat(stepped.get(i).sloAttainment())
                    .as(name)
                    .isCloseTo(closed.get(i).sloAttainment(), within(0.01));
            assertThat(stepped.get(i).tpotSecondsP50())
                    .as(name)
                    .isCloseTo(
                            closed.get(i).tpotSecondsP50(),
                            within(0.03 * closed.get(i).tpotSecondsP50()));
        }
    }

    private static RunReport report(Fleet fleet, Trace trace, int threads) {
        var study = new FleetStudy(fleet, trace, 7, start -> ForecastSource.NONE);
        var choices = FleetStudy.policies().stream().map(PolicyChoice::parse).toList();
        return new RunReport(
                fleet, trace, study.capacity(), 7, study.run(choices, threads, row -> {}));
    }

    private static Fleet fleet(String name) {
        return FleetFile.read(DATASETS.resolve("fleets").resolve(name));
    }

    /** Minutes of the Azure trace, stretched so that they hold hours. */
    private static Trace repeated(int minutes, int hours) {
        var requests = new ArrayList<TraceRequest>();
        double stretch = hours * 60.0 / minutes;
        for (TraceRequest r : minutes(minutes, 8)) {
            requests.add(
                    new TraceRequest(r.seconds() * stretch, r.promptTokens(), r.outputTokens()));
        }
        return new Trace("stretched", requests, hours * 3_600.0);
    }

    /** The first minutes of the Azure trace. */
    private static Trace minutes(int minutes, double scale) {
        var whole =
                TraceFile.read(
                        DATASETS.resolve("azure-llm-2023")
                                .resolve("AzureLLMInferenceTrace_conv.csv.gz"),
                        new TraceChoice(scale, 1, null, 0, 0, null, 1));
        return new Trace(
                whole.source(),
                whole.stream().filter(r -> r.seconds() < minutes * 60.0).toList(),
                minutes * 60.0);
    }
}
