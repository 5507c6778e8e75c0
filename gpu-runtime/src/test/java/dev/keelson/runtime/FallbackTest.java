package dev.keelson.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine process where libtorch does not load. */
class FallbackTest {
    private static final String VECTORS = "--add-modules=jdk.incubator.vector";

    @Test
    void withoutLibtorchTheEngineServesInPlainJavaAndSaysSoOnce(@TempDir Path folder)
            throws IOException {
        List<String> output = run(folder, decoder("auto"));
        assertThat(output).last().asString().startsWith("serving keelson-mini on http://");
        assertThat(output).filteredOn(line -> line.contains("libtorch does not load")).hasSize(1);
    }

    @Test
    void whoAsksForLibtorchGetsAnErrorInstead(@TempDir Path folder) throws IOException {
        List<String> output = run(folder, decoder("torch"));
        assertThat(output).last().asString().startsWith("engine: libtorch does not load");
    }

    @Test
    void withTheVectorApiTheEngineNeedsNoLibtorch(@TempDir Path folder) throws IOException {
        List<String> output = run(folder, decoder("auto"), VECTORS);
        assertThat(output).last().asString().startsWith("serving keelson-mini on http://");
        assertThat(output).filteredOn(line -> line.contains("decoder vector")).hasSize(1);
    }

    @Test
    void withTheFirstCompilerAloneTheVectorApiIsNotChosen(@TempDir Path folder) throws IOException {
        List<String> output = run(folder, decoder("auto"), VECTORS, "-XX:TieredStopAtLevel=1");
        assertThat(output).last().asString().startsWith("serving keelson-mini on http://");
        assertThat(output)
                .filteredOn(line -> line.contains("decoder reference"))
                .singleElement()
                .asString()
                .contains("TieredStopAtLevel=1");
    }

    @Test
    void whoAsksForADeviceThatIsNotThereGetsAnErrorInstead(@TempDir Path folder)
            throws IOException {
        List<String> output = run(folder, List.of("--device", "cuda:99"));
        assertThat(output)
                .last()
                .asString()
                .startsWith("engine: libtorch cannot compute on cuda:99: ");
    }

    private static List<String> decoder(String name) {
        return List.of("--decoder", name);
    }

    /** Output up to the line that says that it serves, or to the end. */
    private static List<String> run(Path folder, List<String> options, String... flags)
            throws IOException {
        String root = System.getProperty("keelson.root", "..");
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.keelson.runtime.Main",
                                "--model",
                                Path.of(root, "models", "keelson-mini").toString(),
                                "--port",
                                "0"));
        command.addAll(options);
        command.addAll(1, List.of(flags));
        var builder = new ProcessBuilder(command);
        // A file where the folder for the native libraries would be: nothing can be unpacked.
        Path file = Files.writeString(folder.resolve("file"), "");
        builder.environment().put("DJL_CACHE_DIR", file.toString());
        builder.environment().put("ENGINE_CACHE_DIR", file.toString());
        Process process = builder.redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
                if (line.startsWith("serving ")) {
                    break;
                }
            }
        } finally {
            process.destroyForcibly();
        }
        return lines;
    }
}
