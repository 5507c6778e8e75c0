package dev.keelson.runtime.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EngineMemoryTest {
    @Test
    void residentPagesOfTheHeapAreNotCounted() {
        List<String> smaps =
                List.of(
                        "f8000000-f8550000 rw-p 00000000 00:00 0",
                        "Rss:                5000 kB",
                        "Pss:                5000 kB",
                        "fd550000-100000000 rw-p 00000000 00:00 0",
                        "Rss:                7000 kB",
                        "7f0000000000-7f0000001000 r-xp 00000000 08:01 42   /lib/libtorch.so",
                        "Rss:                 300 kB",
                        "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]",
                        "Rss:                   4 kB");

        assertThat(EngineMemory.residentOutside(smaps, 0xf8000000L, 0x100000000L)).isEqualTo(304);
    }

    @Test
    void whatFillsThePlaceOfDeadObjectsIsNotAlive() throws IOException {
        String histogram =
                """
                 num     #instances         #bytes  class name (module)
                -------------------------------------------------------
                   1:         28678        3487928  [B (java.base@25.0.3)
                   2:            62        1055288  [Ljdk.internal.vm.FillerElement; (java.base@25.0.3)
                   3:             2             32  jdk.internal.vm.FillerObject (java.base@25.0.3)
                Total         28742        4543248
                """;

        assertThat(EngineMemory.classes(histogram)).isEqualTo(Map.of("[B", 3487928L));
    }

    @Test
    void theClassesThatChangedMostAreNamedFirst() {
        var earlier = memory(Map.of("[B", 100L, "[F", 900L, "Gone", 50L));
        var later = memory(Map.of("[B", 110L, "[F", 500L, "New", 70L));

        assertThat(later.changesSince(earlier, 3)).isEqualTo("[F -400, New +70, Gone -50");
    }

    @Test
    void aHistogramWithoutClassesIsRefused() {
        assertThatThrownBy(() -> EngineMemory.classes("Could not attach"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("names no class");
    }

    private static EngineMemory memory(Map<String, Long> classes) {
        return new EngineMemory(1, 1, new TreeMap<>(classes));
    }
}
