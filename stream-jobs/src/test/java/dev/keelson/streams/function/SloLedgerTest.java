package dev.keelson.streams.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.datadoghq.sketch.ddsketch.DDSketchProtoBinding;
import com.datadoghq.sketch.ddsketch.store.UnboundedSizeDenseStore;
import dev.keelson.protocol.v1.SloRecord;
import dev.keelson.streams.function.RequestEvent.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SloLedgerTest {
    private static final long START = 1_760_000_040_000L;

    private final List<SloRecord> written = new ArrayList<>();

    @Test
    void summarisesLatenciesWithinOnePercent() throws IOException {
        var ledger = new SloLedger();
        for (var i = 1; i <= 1_000; i++) {
            ledger.add(completion(i, START + i, i / 1_000.0, i % 10 == 0));
        }
        var restored = throughBytes(ledger);
        restored.advance("demo", START + 9_999, 900_000, written::add);

        assertThat(written).hasSize(1);
        var record = written.getFirst();
        assertThat(record.getRequests()).isEqualTo(1_000);
        assertThat(record.getFailed()).isEqualTo(100);
        assertThat(record.getTtft().getP50()).isCloseTo(0.5, within(0.011));
        assertThat(record.getTtft().getP99()).isCloseTo(0.99, within(0.02));
        assertThat(record.getTpot().getCount()).isZero();
        assertThat(record.getTpot().hasP50()).isFalse();
    }

    @Test
    void correctsAClosedWindow() {
        var ledger = new SloLedger();
        ledger.add(completion(1, START + 1, 0.1, false));
        ledger.advance("demo", START + 9_999, 900_000, written::add);
        ledger.add(completion(2, START + 2, 0.1, false));
        ledger.advance("demo", START + 10_999, 900_000, written::add);
        assertThat(written.getLast().getRequests()).isEqualTo(2);
        assertThat(written.getLast().getRevision()).isEqualTo(1);
    }

    @Test
    void writesASketchThatTheLibraryReads() throws IOException {
        var ledger = new SloLedger();
        for (var i = 1; i <= 100; i++) {
            ledger.add(completion(i, START, i / 100.0, false));
        }
        ledger.advance("demo", START + 9_999, 900_000, written::add);
        var proto =
                com.datadoghq.sketch.ddsketch.proto.DDSketch.parseFrom(
                        written.getFirst().getTtftSketch());
        var sketch = DDSketchProtoBinding.fromProto(UnboundedSizeDenseStore::new, proto);
        assertThat(sketch.getCount()).isEqualTo(100);
        assertThat(sketch.getValueAtQuantile(0.5)).isCloseTo(0.5, within(0.011));
    }

    @Test
    void forgetsWhatNothingCanChangeAnyMore() {
        var ledger = new SloLedger();
        ledger.add(completion(1, START, 0.1, false));
        ledger.advance("demo", START + 59_999, 900_000, written::add);
        assertThat(ledger.isIdle()).isFalse();
        ledger.advance("demo", START + 960_000, 900_000, written::add);
        assertThat(ledger.isIdle()).isTrue();
    }

    private static RequestEvent completion(int id, long time, double ttft, boolean failed) {
        return new RequestEvent(
                Kind.COMPLETION,
                "demo",
                "",
                "id-" + id,
                time,
                time,
                0,
                1,
                failed,
                ttft,
                Double.NaN,
                ttft);
    }

    private static SloLedger throughBytes(SloLedger from) throws IOException {
        var bytes = new ByteArrayOutputStream();
        from.copy().write(new DataOutputStream(bytes));
        var result = new SloLedger();
        result.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        return result;
    }
}
