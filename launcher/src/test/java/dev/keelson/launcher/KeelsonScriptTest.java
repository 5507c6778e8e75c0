package dev.keelson.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeelsonScriptTest {
    private static final Path SCRIPT = Path.of(System.getProperty("keelson.root", ".."), "keelson");

    @Test
    void aVirtualMachineThatCannotStartIsHeard(@TempDir Path root)
            throws IOException, InterruptedException {
        Path script = Files.copy(SCRIPT, root.resolve("keelson"));
        Path built = Files.createDirectories(root.resolve("target").resolve("dist"));
        Files.writeString(built.resolve("launcher.arguments"), "-Xmx1k Nothing\n");
        Files.writeString(built.resolve(".built"), "");
        var builder = new ProcessBuilder("sh", script.toString(), "bench", "speculation");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("KEELSON_VERIFYING");
        Process process = builder.start();
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(said).contains("Too small maximum heap");
    }
}
