package dev.keelson.runtime.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorSupportTest {
    private static final Map<String, String> USUAL =
            Map.of(
                    "UseCompiler", "true",
                    "TieredStopAtLevel", "4",
                    "CompilationMode", "default",
                    "EnableVectorSupport", "true",
                    "UseFMA", "true");

    @Test
    void theUsualOptionsMakeVectorInstructions() {
        assertThat(VectorSupport.missing(USUAL::get)).isNull();
    }

    @Test
    void optionsThatAVirtualMachineDoesNotHaveSayNothing() {
        assertThat(VectorSupport.missing(option -> null)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "UseCompiler, false, -Xint",
        "TieredStopAtLevel, 1, TieredStopAtLevel=1",
        "TieredStopAtLevel, 3, TieredStopAtLevel=3",
        "CompilationMode, quick-only, quick-only",
        "EnableVectorSupport, false, EnableVectorSupport",
        "UseFMA, false, fused"
    })
    void whatTurnsThemOffIsNamed(String option, String value, String word) {
        assertThat(VectorSupport.missing(o -> o.equals(option) ? value : USUAL.get(o)))
                .contains(word);
    }
}
