package dev.keelson.exchange.journal;

import static dev.keelson.core.testing.FleetBuilder.START;
import static dev.keelson.core.testing.OutlookBuilder.anOutlook;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.core.control.ForecastSource;
import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.plan.Planner;
import dev.keelson.core.plan.Reason;
import dev.keelson.core.testing.FleetModel;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ReplayTest {
    /** What a loaded fleet of three nodes decides in four minutes. */
    private static List<JournalEntry> journal() {
        return journal(ForecastSource.NONE);
    }

    private static List<JournalEntry> journal(ForecastSource forecasts) {
        var entries = new ArrayList<JournalEntry>();
        var fleet = new FleetModel(3, 1, 4);
        fleet.forecasts = forecasts;
        for (int tick = 0; tick < 480; tick++) {
            fleet.requestsThere = tick > 60 && tick < 200 ? 17.5 : 0.25;
            if (tick == 150) {
                fleet.notice("node-2", Duration.ofSeconds(30));
            }
            if (tick == 300) {
                fleet.silence("node-1");
            }
            var before = fleet.memory;
            var plan = fleet.tick();
            if (!plan.decisions().isEmpty()) {
                entries.add(
                        new JournalEntry(
                                entries.size() + 1L,
                                Planner.VERSION,
                                Objects.requireNonNull(fleet.planned),
                                before,
                                fleet.expected,
                                fleet.policies,
                                plan));
            }
        }
        return entries;
    }

    private static String export(List<JournalEntry> entries) throws IOException {
        var text = new StringBuilder();
        var export = new JournalExport(text);
        for (var entry : entries) {
            export.append(entry);
        }
        return text.toString();
    }

    @Test
    void anEntryComesBackAsItWasWritten() {
        var entries = journal();
        assertThat(entries).hasSizeGreaterThan(5);
        for (var entry : entries) {
            var text = JournalCodec.encode(entry);
            assertThat(JournalCodec.decode(text)).isEqualTo(entry);
            assertThat(JournalCodec.encode(JournalCodec.decode(text))).isEqualTo(text);
            assertThat(text).doesNotContain("\n");
        }
    }

    @Test
    void replaysAJournalIdentically() throws IOException {
        var entries = journal();
        var result = Replay.run(new StringReader(export(entries)));
        assertThat(result.differences()).isZero();
        assertThat(result.first()).isNull();
        assertThat(result.decisions())
                .isEqualTo(entries.stream().mapToInt(e -> e.plan().decisions().size()).sum());
    }

    @Test
    void replaysWhatWasDecidedOnForecastsIdentically() throws IOException {
        var rise = START.plusSeconds(20);
        var entries = journal(anOutlook().of(at -> at.isBefore(rise) ? 0.7 : 2.63));
        assertThat(entries)
                .anyMatch(e ->
                        e.plan().decisions().stream()
                                .anyMatch(d -> d.code() == Reason.FORECAST_ABOVE));
        for (var entry : entries) {
            assertThat(JournalCodec.decode(JournalCodec.encode(entry))).isEqualTo(entry);
        }
        var result = Replay.run(new StringReader(export(entries)));
        assertThat(result.first()).isNull();
        assertThat(result.decisions()).isPositive();
    }

    @Test
    void aForecastIsWrittenOnceHoweverManyDecisionsUseIt() throws IOException {
        var last = new AtomicReference<>(Forecasts.NONE);
        var outlook = anOutlook().of(at -> 2.63);
        var entries =
                journal(observed ->
                        observed.observedAt().toEpochMilli() % 20_000 == 0
                                ? last.updateAndGet(_ -> outlook.forecasts(observed))
                                : last.get());
        var different =
                entries.stream()
                        .flatMap(e -> e.forecasts().outlooks().values().stream())
                        .map(Outlook::forecast)
                        .distinct()
                        .count();
        var text = export(entries);
        assertThat(text.split("\"paths\":", -1)).hasSize((int) (2 * different) + 1);
        assertThat(text).contains("{\"ref\":\"");
        assertThat(Replay.run(new StringReader(text)).differences()).isZero();
        assertThatThrownBy(() ->
                        Replay.run(
                                new StringReader(
                                        text.replace("\"step\":\"PT5S\"", "\"step\":\"PT6S\""))))
                .isInstanceOf(JournalFormatException.class)
                .hasMessageContaining("is not there");
        var kept = new HashMap<String, String>();
        for (var entry : entries) {
            var apart =
                    JournalCodec.encode(
                            entry,
                            (hash, forecast) -> {
                                kept.put(hash, forecast);
                                return true;
                            });
            assertThat(apart).doesNotContain("\"paths\":");
            assertThat(JournalCodec.decode(apart, hash -> Objects.requireNonNull(kept.get(hash))))
                    .isEqualTo(entry);
        }
        assertThat(kept).hasSize((int) different);
    }

    @Test
    void namesTheOneNumberThatWasAltered() throws IOException {
        var lines = new ArrayList<>(export(journal()).lines().toList());
        var scale = Pattern.compile("(\"type\":\"SCALE\"[^}]*?\"to\":)(\\d+)");
        for (int i = lines.size() - 1; i >= 0; i--) {
            var found = scale.matcher(lines.get(i));
            if (found.find()) {
                var altered = Integer.parseInt(found.group(2)) + 1;
                lines.set(i, found.replaceFirst("$1" + altered));
                var result = Replay.run(new StringReader(String.join("\n", lines)));
                assertThat(result.differences()).isEqualTo(1);
                assertThat(result.first())
                        .isEqualTo(
                                new Replay.Difference(
                                        i + 1,
                                        "actions[0].to",
                                        Integer.toString(altered),
                                        found.group(2)));
                return;
            }
        }
        throw new AssertionError("The journal holds no SCALE.");
    }

    @Test
    void noticesADecisionThatWasTakenOut() throws IOException {
        var lines = new ArrayList<>(export(journal()).lines().toList());
        lines.removeLast();
        assertThat(Replay.run(new StringReader(String.join("\n", lines))).differences())
                .isEqualTo(1);
    }

    @Test
    void ignoresFieldsThatItDoesNotKnow() throws IOException {
        var text =
                export(journal())
                        .replace("\"observedAt\":", "\"later\":{\"a\":[1]},\"observedAt\":");
        assertThat(Replay.run(new StringReader(text)).differences()).isZero();
    }

    @Test
    void aFileWithoutDecisionsHasNone() throws IOException {
        assertThat(Replay.run(new StringReader(export(List.of()))).decisions()).isZero();
    }

    @Test
    void saysWhichLineCannotBeRead() throws IOException {
        var text = export(journal()) + "{\"kind\":\n";
        int last = (int) text.lines().count();
        assertThatThrownBy(() -> Replay.run(new StringReader(text)))
                .isInstanceOf(JournalFormatException.class)
                .hasMessageContaining("Line " + last);
        assertThatThrownBy(() -> Replay.run(new StringReader("")))
                .isInstanceOf(JournalFormatException.class);
        assertThatThrownBy(() -> Replay.run(new StringReader("[1,2]")))
                .isInstanceOf(JournalFormatException.class)
                .hasMessageContaining("Line 1");
        assertThatThrownBy(() ->
                        Replay.run(
                                new StringReader(
                                        "{\"kind\":\"header\",\"format\":\"keelson-journal\",\"version\":99}")))
                .isInstanceOf(JournalFormatException.class)
                .hasMessageContaining("99");
        var broken =
                export(journal())
                        .replace("\"capacityThousandths\":1000", "\"capacityThousandths\":-5");
        assertThatThrownBy(() -> Replay.run(new StringReader(broken)))
                .isInstanceOf(JournalFormatException.class)
                .hasMessageContaining("Line 2");
    }
}
