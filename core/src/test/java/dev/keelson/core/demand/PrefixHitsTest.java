package dev.keelson.core.demand;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.fleet.EngineLoad;
import dev.keelson.core.fleet.ReplicaId;
import java.util.Objects;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class PrefixHitsTest {
    private static final ReplicaId ONE = new ReplicaId("chat-1");
    private static final ReplicaId OTHER = new ReplicaId("chat-2");
    private final PrefixHits hits = new PrefixHits();

    private void counts(ReplicaId replica, double queries, double found) {
        hits.observe(replica, new EngineLoad(1.0, 0.0, 0.5, 10.0, queries, found));
    }

    @Test
    void theShareIsOfWhatWasAskedOfAllReplicasSinceTheirFirstWord() {
        counts(ONE, 5_000, 5_000);
        counts(OTHER, 0, 0);
        assertThat(hits.share()).isNull();
        for (int second = 1; second <= 1_000; second++) {
            counts(ONE, 5_000 + second * 100, 5_000 + second * 80);
            counts(OTHER, second * 100, second * 20);
        }
        assertThat(Objects.requireNonNull(hits.share())).isCloseTo(0.5, Offset.offset(0.01));
    }

    @Test
    void anEngineThatHasBegunAnewSaysNothingUntilItsNextWord() {
        counts(ONE, 100, 50);
        counts(ONE, 200, 100);
        counts(ONE, 40, 40);
        assertThat(hits.share()).isEqualTo(0.5);
        hits.retain(Set.of(OTHER));
        counts(ONE, 400, 400);
        assertThat(hits.share()).isEqualTo(0.5);
    }

    @Test
    void whoHasNoPrefixCacheSaysNothing() {
        hits.observe(ONE, new EngineLoad(1.0, 0.0, 0.5, 10.0));
        hits.observe(ONE, new EngineLoad(1.0, 0.0, 0.5, 20.0));
        assertThat(hits.share()).isNull();
    }
}
