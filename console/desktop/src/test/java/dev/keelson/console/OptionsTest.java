package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptionsTest {
    @Test
    void readsTheTokenFromTheEnvironmentAFileOrTheDataFolder(@TempDir Path folder)
            throws IOException, Options.Wrong {
        var file = Files.createDirectories(folder.resolve("control-plane")).resolve("admin.token");
        Files.writeString(file, "secret\n");
        var server = List.of("--server", "http://127.0.0.1:1");

        assertThat(Options.parse(server, Map.of("KEELSON_TOKEN", "env")).token()).isEqualTo("env");
        assertThat(Options.parse(and(server, "--token-file", file.toString()), Map.of()).token())
                .isEqualTo("secret");
        assertThat(Options.parse(and(server, "--data", folder.toString()), Map.of()).token())
                .isEqualTo("secret");
        assertThat(Options.parse(server, Map.of()).token()).isNull();
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> Options.parse(List.of(), Map.of()))
                .hasMessage("The option --server is missing.");
        assertThatThrownBy(() -> Options.parse(List.of("--server", "localhost:80"), Map.of()))
                .hasMessageContaining("must be an address such as");
        assertThatThrownBy(() -> Options.parse(List.of("--colour", "red"), Map.of()))
                .hasMessageContaining("(--colour)");
    }

    private static List<String> and(List<String> first, String... more) {
        return java.util.stream.Stream.concat(first.stream(), List.of(more).stream()).toList();
    }
}
