package dev.keelson.gateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PeerTableTest {
    private static final PeerFigures ENGINE = new PeerFigures(20_000, 0, 0, 0, .2, .4, 0);

    private final Map<String, List<PeerFigures>> all = new LinkedHashMap<>();

    PeerTableTest() {
        all.put(PeerTable.DIRECT, List.of(ENGINE));
        all.put(PeerTable.OURS, List.of(new PeerFigures(6000, 1, 60, 30, .5, 1.5, 0)));
        all.put("nginx", List.of(new PeerFigures(16_000, 1, 25, 20, .3, .9, 0)));
        all.put("Envoy", List.of(new PeerFigures(5000, 1, 90, 40, .5, 1, 0)));
        all.put("sglang-router", List.of(new PeerFigures(5000, 1, 80, 50, .5, 1, 0)));
        all.put("vllm-router", List.of(new PeerFigures(5000, 1, 85, 45, .5, 1, 0)));
    }

    @Test
    void isMetWhereEveryBarIs() {
        PeerTable table = table(Map.of());
        assertThat(table.isMet()).isTrue();
        assertThat(table.text().lines())
                .contains(
                        "| keelson | 6000 | 0.38 | 1.00 | 60.0 (60.0 to 60.0) | 30.0 (30.0 to 30.0) | 0.30 / 1.10 | 0 |")
                .last()
                .asString()
                .contains("≥ 0.3: met", "≤ 1: met; ≤ 5: met", "0: met")
                .doesNotContain("missed");
    }

    @Test
    void isMissedByOneRouterThatIsCheaper() {
        all.put("vllm-router", List.of(new PeerFigures(5000, 1, 85, 29, .5, 1, 0)));
        assertThat(table(Map.of()).isMet()).isFalse();
        assertThat(table(Map.of()).text()).containsOnlyOnce("missed");
    }

    @Test
    void isMissedByAnswersThatFailed() {
        all.put(PeerTable.OURS, List.of(new PeerFigures(6000, 1, 60, 30, .5, 1.5, 1)));
        assertThat(table(Map.of()).text()).contains("| 0: missed |");
    }

    @Test
    void isNotKnownWhereAGatewayIsMissing() {
        all.remove("Envoy");
        PeerTable table = table(Map.of("Envoy", "it is not there"));
        assertThat(table.isMet()).isFalse();
        assertThat(table.text())
                .contains("| Envoy | missing: it is not there |")
                .contains("below Envoy, sglang-router, vllm-router: unknown");
    }

    @Test
    void isNotKnownWhereOursIsMissing() {
        all.remove(PeerTable.OURS);
        PeerTable table = table(Map.of(PeerTable.OURS, "lost in round 1"));
        assertThat(table.isMet()).isFalse();
        assertThat(table.text()).contains("| 0: unknown |").doesNotContain(": met");
    }

    @Test
    void comparesLatencyWithinARound() {
        all.put(
                PeerTable.DIRECT,
                List.of(ENGINE, new PeerFigures(20_000, 0, 0, 0, 5, 9, 0), ENGINE));
        PeerFigures slow = new PeerFigures(6000, 1, 60, 30, 5.5, 9.5, 0);
        PeerFigures fast = new PeerFigures(6000, 1, 60, 30, .7, .9, 0);
        all.put(PeerTable.OURS, List.of(fast, slow, fast));
        assertThat(table(Map.of()).text()).contains("| 0.50 / 0.50 |");
    }

    private PeerTable table(Map<String, String> missing) {
        return new PeerTable(all, missing, 100);
    }
}
