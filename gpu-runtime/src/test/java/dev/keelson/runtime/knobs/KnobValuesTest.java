package dev.keelson.runtime.knobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnobValuesTest {
    private static final int CONTEXT = 1_000; // 63 blocks of 16

    /** Of eight sequences; a sequence alone must always fit. */
    @ParameterizedTest
    @CsvSource({"100, 504", "50, 252", "13, 66", "1, 63"})
    void theCacheIsAShareOfWhatAllSequencesCouldNeed(long percent, long blocks) {
        KnobValues values = KnobValues.of(Map.of(Knob.KV_CACHE_PERCENT, percent), CONTEXT);

        assertThat(values.get(Knob.NUM_BLOCKS)).isEqualTo(blocks);
        assertThat(values.limits().blocks()).isEqualTo(blocks);
    }

    @Test
    void withoutAShareItIsFourContextsOrWhatIsGiven() {
        assertThat(KnobValues.of(Map.of(), CONTEXT).get(Knob.NUM_BLOCKS)).isEqualTo(4 * 63);
        assertThat(KnobValues.of(Map.of(Knob.NUM_BLOCKS, 70L), CONTEXT).get(Knob.NUM_BLOCKS))
                .isEqualTo(70);
    }

    @Test
    void twoSizesOfTheCacheAreRefused() {
        Map<Knob, Long> both = Map.of(Knob.NUM_BLOCKS, 70L, Knob.KV_CACHE_PERCENT, 50L);

        assertThatThrownBy(() -> KnobValues.of(both, CONTEXT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kv_cache_percent")
                .hasMessageContaining("num_blocks");
    }
}
