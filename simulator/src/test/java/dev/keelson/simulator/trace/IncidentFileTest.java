package dev.keelson.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IncidentFileTest {
    private static final Path DATASETS = Path.of("..", "datasets");

    @ParameterizedTest
    @ValueSource(strings = {"nodes", "gpus", "grey", "blind"})
    void theExamplesFitEveryExampleFleet(String name) {
        for (var fleet : new String[] {"rtx-4090.yaml", "a100.yaml", "h100.yaml"}) {
            assertThat(
                            IncidentFile.read(
                                    DATASETS.resolve("incidents").resolve(name + ".yaml"),
                                    fleet(fleet)))
                    .as(fleet)
                    .hasSizeGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void readsEveryKind() {
        assertThat(
                        IncidentFile.parse(
                                "i.yaml",
                                """
                                name: all
                                incidents:
                                  - {at: 1s, kind: node-loss, node: 2}
                                  - {at: 2s, kind: spot-loss, node: rtx-4090-b-1, lead: 30s, for: 1m}
                                  - {at: 3s, kind: xid, node: 1, code: 79, for: 1h}
                                  - {at: 4s, kind: hang}
                                  - {at: 5s, kind: hang, node: 1, health: silent, for: 5s}
                                  - {at: 6s, kind: stuck-pending, node: 1, for: 1m}
                                  - {at: 7s, kind: slow-replica, factor: 2.5, for: 1m}
                                  - {at: 8s, kind: slow-node, node: 1, factor: 3}
                                  - {at: 9s, kind: telemetry-late, delay: 5s, for: 1m}
                                  - {at: 10s, kind: telemetry-partial, lossShare: 0.5, for: 1m}
                                  - {at: 11s, kind: telemetry-absent, for: 1m}
                                """,
                                fleet("rtx-4090.yaml")))
                .containsExactly(
                        new Incident.NodeLoss(
                                seconds(1), "rtx-4090-a-2", Duration.ZERO, Incident.FOR_EVER),
                        new Incident.NodeLoss(
                                seconds(2), "rtx-4090-b-1", seconds(30), Duration.ofMinutes(1)),
                        new Incident.Xid(seconds(3), "rtx-4090-a-1", 79, Duration.ofHours(1)),
                        new Incident.Hang(seconds(4), null, true, Incident.FOR_EVER),
                        new Incident.Hang(seconds(5), "rtx-4090-a-1", false, seconds(5)),
                        new Incident.StuckPending(
                                seconds(6), "rtx-4090-a-1", Duration.ofMinutes(1)),
                        new Incident.Slow(seconds(7), null, false, 2.5, Duration.ofMinutes(1)),
                        new Incident.Slow(seconds(8), "rtx-4090-a-1", true, 3, Incident.FOR_EVER),
                        new Incident.TelemetryLoss(
                                seconds(9), seconds(5), 0, Duration.ofMinutes(1)),
                        new Incident.TelemetryLoss(
                                seconds(10), Duration.ZERO, 0.5, Duration.ofMinutes(1)),
                        new Incident.TelemetryLoss(
                                seconds(11), Duration.ZERO, 1, Duration.ofMinutes(1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    {at: 1s, kind: meteor, node: 1}                    | 'incidents[1].kind' (meteor) must be one of: node-loss, spot-loss,
                    {kind: node-loss, node: 1}                         | the key 'incidents[1].at' is missing
                    {at: 10, kind: node-loss, node: 1}                 | 'incidents[1].at' (10) must be a duration
                    {at: 1s, kind: node-loss}                          | the key 'incidents[1].node' is missing
                    {at: 1s, kind: node-loss, node: 5}                 | 'incidents[1].node' (5) must be a node's name (its group's with a number, as in rtx-4090-a-1) or its number from 1 to 4
                    {at: 1s, kind: node-loss, node: 1, for: 0s}        | 'incidents[1].for' (0s) must be longer than zero
                    {at: 1s, kind: spot-loss, node: 1}                 | the key 'incidents[1].lead' is missing
                    {at: 1s, kind: xid, node: 1}                       | the key 'incidents[1].code' is missing
                    {at: 1s, kind: xid, node: 1, code: 999}            | 'incidents[1].code' (999) must be an XID
                    {at: 1s, kind: hang, health: well}                 | 'incidents[1].health' (well) must be one of: answers, silent
                    {at: 1s, kind: slow-node, node: 1, factor: 1}      | 'incidents[1].factor' (1) must be more than 1
                    {at: 1s, kind: slow-replica, factor: fast}         | 'incidents[1].factor' (fast) must be a number from 1 to 1000
                    {at: 1s, kind: telemetry-absent}                   | the key 'incidents[1].for' is missing
                    {at: 1s, kind: telemetry-partial, lossShare: 2, for: 1s} | 'incidents[1].lossShare' (2) must be a number
                    {at: 1s, kind: node-loss, node: 1, lead: 5s}       | unknown key 'incidents[1].lead'; known here: at, for, kind, node
                    """)
    void aBadIncidentIsNamedWithFileLineAndWhatWasExpected(String line, String expected) {
        var text = "name: bad\nincidents:\n  - {at: 0s, kind: hang}\n  - " + line + "\n";

        assertThatThrownBy(() -> IncidentFile.parse("bad.yaml", text, fleet("rtx-4090.yaml")))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("bad.yaml:4: ")
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "incidents: [] | bad.yaml:1: the key 'name' is missing",
                "name: x | bad.yaml:1: 'incidents' must be a list of at least one incident",
                "name: [ | bad.yaml:1: no YAML",
                "5 | bad.yaml:1: expected 'key: value' lines"
            },
            quoteCharacter = '"')
    void aFileOfAnotherFormIsRefused(String text, String expected) {
        assertThatThrownBy(() -> IncidentFile.parse("bad.yaml", text, fleet("rtx-4090.yaml")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void theCatalogueSaysHowFarAnXidReaches() {
        var catalogue = XidCatalogue.bundled();

        assertThat(catalogue.damage(63)).isEqualTo(XidCatalogue.Damage.NONE);
        assertThat(catalogue.damage(31)).isEqualTo(XidCatalogue.Damage.PROCESS);
        assertThat(catalogue.damage(119)).isEqualTo(XidCatalogue.Damage.GPU);
        assertThat(catalogue.damage(48)).isEqualTo(XidCatalogue.Damage.GPU);
        assertThat(catalogue.damage(79)).isEqualTo(XidCatalogue.Damage.MACHINE);
        assertThat(catalogue.has(162)).isFalse();
    }

    private static Fleet fleet(String name) {
        return FleetFile.read(DATASETS.resolve("fleets").resolve(name));
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
