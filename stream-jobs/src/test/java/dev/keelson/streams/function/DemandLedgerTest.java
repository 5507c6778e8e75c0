package dev.keelson.streams.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.protocol.v1.DemandRecord;
import dev.keelson.protocol.v1.DemandTotals;
import dev.keelson.protocol.v1.DemandWindow;
import dev.keelson.streams.function.DemandLedger.Verdict;
import dev.keelson.streams.function.RequestEvent.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DemandLedgerTest {
    private static final long LATENESS = 900_000;
    private static final long START = 1_760_000_040_000L; // a full minute
    private static final long NONE = Long.MIN_VALUE;

    private final DemandLedger ledger = new DemandLedger();
    private final List<DemandRecord> written = new ArrayList<>();

    @Test
    void writesAWindowWhenTheWatermarkPassesItsEnd() {
        add("one", Kind.ARRIVAL, START + 100, NONE);
        add("two", Kind.ARRIVAL, START + 900, NONE);
        advance(START + 998);
        assertThat(windows(1_000)).isEmpty();
        advance(START + 999);
        assertThat(windows(1_000)).hasSize(1);
        assertThat(windows(1_000).getFirst().getArrivals()).isEqualTo(2);
        assertThat(windows(1_000).getFirst().getRevision()).isZero();
    }

    @Test
    void writesZeroWhenTrafficStops() {
        add("one", Kind.ARRIVAL, START + 100, NONE);
        advance(START + 2_999);
        assertThat(windows(1_000))
                .extracting(DemandWindow::getArrivals)
                .containsExactly(1L, 0L, 0L);
    }

    @Test
    void doesNotWriteADayOfEmptyWindowsAfterANight() {
        add("one", Kind.ARRIVAL, START + 100, NONE);
        advance(START + 86_400_000);
        assertThat(windows(1_000)).hasSize(61);
    }

    @Test
    void countsADuplicateOnceHoweverLateItComes() {
        assertThat(add("one", Kind.ARRIVAL, START, NONE)).isEqualTo(Verdict.FRESH);
        assertThat(add("one", Kind.COMPLETION, START + 50, NONE)).isEqualTo(Verdict.FRESH);
        assertThat(add("one", Kind.ARRIVAL, START, NONE)).isEqualTo(Verdict.DUPLICATE);
        for (var watermark = START; watermark <= START + 2 * LATENESS; watermark += 1_000) {
            advance(watermark);
            assertThat(add("one", Kind.ARRIVAL, START, watermark)).isNotEqualTo(Verdict.FRESH);
        }
        assertThat(totals().getArrivals()).isEqualTo(1);
    }

    @Test
    void correctsAWindowOnceForAllThatCameLate() {
        add("one", Kind.ARRIVAL, START + 100, NONE);
        advance(START + 1_999);
        add("two", Kind.ARRIVAL, START + 200, START + 1_999);
        add("three", Kind.ARRIVAL, START + 300, START + 1_999);
        written.clear();
        advance(START + 2_999);
        var corrected =
                windows(1_000).stream().filter(window -> window.getStartMs() == START).toList();
        assertThat(corrected).hasSize(1);
        assertThat(corrected.getFirst().getArrivals()).isEqualTo(3);
        assertThat(corrected.getFirst().getRevision()).isEqualTo(1);
        assertThat(totals().getLateCorrected()).isEqualTo(2);
    }

    @Test
    void countsWhatIsTooLateAside() {
        add("one", Kind.ARRIVAL, START, NONE);
        advance(START + LATENESS + 5_000);
        assertThat(add("two", Kind.ARRIVAL, START, START + LATENESS + 5_000))
                .isEqualTo(Verdict.TOO_LATE);
        advance(START + LATENESS + 6_000);
        assertThat(totals().getArrivals()).isEqualTo(1);
        assertThat(totals().getTooLate()).isEqualTo(1);
    }

    @Test
    void opensNoWindowFarAheadOfTheBrokersClock() {
        var ahead =
                new RequestEvent(
                        Kind.ARRIVAL,
                        "demo",
                        "",
                        "one",
                        START + 86_400_000,
                        START + 10,
                        0,
                        0,
                        false,
                        Double.NaN,
                        Double.NaN,
                        Double.NaN);
        ledger.add(ahead, NONE, LATENESS);
        advance(START + 999);
        assertThat(windows(1_000)).extracting(DemandWindow::getArrivals).containsExactly(1L);
    }

    @Test
    void countsUndecodableRecordsWithoutWindows() {
        assertThat(ledger.add(RequestEvent.without(Kind.UNDECODABLE, START, START), NONE, LATENESS))
                .isEqualTo(Verdict.SET_ASIDE);
        advance(START + 60_000);
        assertThat(written).hasSize(1);
        assertThat(totals().getUndecodable()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithAPlainCountWhateverTheOrder(long seed) throws IOException {
        var random = new Random(seed);
        var expected = new HashMap<Long, Long>();
        var byClass = new HashMap<String, Long>();
        DemandLedger running = ledger;
        var watermark = START;
        for (var i = 0; i < 3_000; i++) {
            var time = START + i * 20L - random.nextInt(120_000);
            var second = Math.floorDiv(time, 1_000L) * 1_000;
            var tenant = "tenant-" + random.nextInt(3);
            var isLong = random.nextBoolean();
            var event = event("id-" + i, Kind.ARRIVAL, time, tenant, isLong ? 300 : 60);
            expected.merge(second, 1L, Long::sum);
            byClass.merge(second + tenant + (isLong ? 1_024 : 64), 1L, Long::sum);
            running.add(event, watermark, LATENESS);
            if (random.nextBoolean()) {
                running.add(event, watermark, LATENESS);
            }
            if (i % 50 == 49) {
                watermark = START + i * 20L;
                running.advance("demo", watermark, LATENESS, written::add);
                running = throughBytes(random.nextBoolean() ? running.copy() : running);
            }
        }
        running.advance("demo", START + 120_000, LATENESS, written::add);
        Map<Long, Long> upserts = new HashMap<>();
        windows(1_000).forEach(w -> upserts.put(w.getStartMs(), w.getArrivals()));
        upserts.values().removeIf(count -> count == 0);
        assertThat(upserts).isEqualTo(expected);
        assertThat(classes(1_000)).isEqualTo(byClass);
        assertThat(totals().getArrivals()).isEqualTo(3_000);
    }

    @Test
    void namesTheMostFrequentClassesAndNoMoreWhoeverAsks() {
        for (var i = 0; i < 1_000; i++) {
            add(event("other-" + i, Kind.ARRIVAL, START + 10, "tenant-" + i, 10));
        }
        for (var i = 0; i < 7; i++) {
            add(event("known-" + i, Kind.ARRIVAL, START + 20, "tenant-3", 10));
        }
        advance(START + 999);
        var window = windows(1_000).getFirst();
        assertThat(window.getArrivals()).isEqualTo(1_007);
        assertThat(window.getClassesCount()).isEqualTo(16);
        assertThat(window.getClasses(0).getTenant()).isEqualTo("tenant-3");
        assertThat(window.getClasses(0).getPromptBelow()).isEqualTo(16);
        assertThat(window.getClasses(0).getArrivals()).isEqualTo(8);
    }

    @Test
    void aCorrectionCorrectsTheClassesToo() {
        add(event("one", Kind.ARRIVAL, START + 100, "a", 3));
        advance(START + 1_999);
        ledger.add(event("two", Kind.ARRIVAL, START + 200, "b", 4), START + 1_999, LATENESS);
        ledger.add(event("two", Kind.ARRIVAL, START + 200, "b", 4), START + 1_999, LATENESS);
        advance(START + 2_999);
        assertThat(classes(1_000)).isEqualTo(Map.of(START + "a" + 4, 1L, START + "b" + 16, 1L));
    }

    @Test
    void readsTheStateOfTheVersionWithoutClasses() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeByte(1);
        for (var total : new long[] {START, 5, 0, 0, 0, 0, 0}) {
            out.writeLong(total);
        }
        out.writeInt(0);
        for (var size : new long[] {1_000, 10_000, 60_000}) {
            out.writeInt(1);
            out.writeLong(Math.floorDiv(START, size) * size);
            out.writeBoolean(false);
            for (var count : new long[] {5, 0, 500, 0, 0}) {
                out.writeLong(count);
            }
        }
        var old = new DemandLedger();
        old.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        old.add(event("six", Kind.ARRIVAL, START + 1, "a", 3), START, LATENESS);
        old.advance("demo", START + 999, LATENESS, written::add);
        assertThat(windows(1_000)).extracting(DemandWindow::getArrivals).containsExactly(6L);
        assertThat(classes(1_000)).isEqualTo(Map.of(START + "a" + 4, 1L));
    }

    private static DemandLedger throughBytes(DemandLedger from) throws IOException {
        var bytes = new ByteArrayOutputStream();
        from.write(new DataOutputStream(bytes));
        var result = new DemandLedger();
        result.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        return result;
    }

    private Verdict add(String id, Kind kind, long time, long watermark) {
        return ledger.add(event(id, kind, time), watermark, LATENESS);
    }

    static RequestEvent event(String id, Kind kind, long time) {
        return event(id, kind, time, "", 0);
    }

    private static RequestEvent event(
            String id, Kind kind, long time, String tenant, long promptTokens) {
        return new RequestEvent(
                kind,
                "demo",
                tenant,
                id,
                time,
                time,
                promptTokens,
                0,
                false,
                Double.NaN,
                Double.NaN,
                Double.NaN);
    }

    private void add(RequestEvent event) {
        ledger.add(event, NONE, LATENESS);
    }

    /** Arrivals by start, tenant and bound, as the last record of each window says. */
    private Map<String, Long> classes(long size) {
        Map<Long, DemandWindow> last = new HashMap<>();
        windows(size).forEach(window -> last.put(window.getStartMs(), window));
        Map<String, Long> counts = new HashMap<>();
        last.values()
                .forEach(window ->
                        window.getClassesList()
                                .forEach(one ->
                                        counts.put(
                                                window.getStartMs()
                                                        + one.getTenant()
                                                        + one.getPromptBelow(),
                                                one.getArrivals())));
        return counts;
    }

    private void advance(long watermark) {
        ledger.advance("demo", watermark, LATENESS, written::add);
    }

    private List<DemandWindow> windows(long size) {
        return written.stream()
                .filter(DemandRecord::hasWindow)
                .map(DemandRecord::getWindow)
                .filter(window -> window.getSizeMs() == size)
                .toList();
    }

    private DemandTotals totals() {
        return written.stream()
                .filter(DemandRecord::hasTotals)
                .reduce((first, second) -> second)
                .orElseThrow()
                .getTotals();
    }
}
