package dev.keelson.launcher.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.launcher.distribution.Distribution;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeCommandTest {
    private static final Distribution DISTRIBUTION =
            new Distribution(Path.of("/home"), Path.of("/jdk"));

    /** A JVM without them would keep the decoder on the Vector API from being chosen. */
    @ParameterizedTest
    @CsvSource({
        "auto, cpu, true",
        "vector, cpu, true",
        "torch, cpu, false",
        "reference, cpu, false",
        "torch, cuda, true",
        "auto, cuda:1, true"
    })
    void theVirtualMachineHasWhatItsDecoderMayNeed(String decoder, String device, boolean vectors) {
        List<String> flags = DISTRIBUTION.flags(ServeCommand.component(decoder, device));

        assertThat(flags.contains("jdk.incubator.vector")).isEqualTo(vectors);
        assertThat(flags.contains("-XX:TieredStopAtLevel=1")).isEqualTo(!vectors);
    }
}
