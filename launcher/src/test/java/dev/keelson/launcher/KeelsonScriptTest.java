package dev.keelson.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
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

    @Test
    void aCommandBehindOptionsBecomesTheProcessToo(@TempDir Path root)
            throws IOException, InterruptedException {
        Path script = Files.copy(SCRIPT, root.resolve("keelson"));
        Path built = Files.createDirectories(root.resolve("target").resolve("dist"));
        Files.writeString(built.resolve("launcher.arguments"), "");
        Files.writeString(built.resolve(".built"), "");
        Path home = root.resolve("jdk");
        Path bin = Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25\"\n");
        for (String name : List.of("java", "javac")) {
            Path tool = Files.writeString(bin.resolve(name), "#!/bin/sh\necho exec echo became\n");
            Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
        }
        var builder =
                new ProcessBuilder(
                        "sh", script.toString(), "--data", "serve", "--debug", "console");
        builder.environment().put("JAVA_HOME", home.toString());
        builder.environment().remove("KEELSON_VERIFYING");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(said).isEqualTo("became\n");
    }
}
