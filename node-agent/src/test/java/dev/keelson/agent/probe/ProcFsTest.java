package dev.keelson.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFsTest {
    @TempDir Path root;

    @Test
    void readsAProcessWhoseNameHoldsBracketsAndBlanks() throws IOException {
        Path process = Files.createDirectories(root.resolve("42"));
        Files.writeString(
                process.resolve("stat"),
                "42 (a ) b (c) T 1 40 40 0 -1 4194304 98 0 1 0 0 0 0 0 20 0 1 0 146840 3133440 373\n");
        assertThat(new ProcFs(root).stat(42)).contains(new ProcFs.ProcessStat(42, 'T', 40, 146840));
        assertThat(new ProcFs(root).stat(43)).isEmpty();
    }

    @Test
    void tellsNothingWhereTheMachineTellsNothing() {
        var proc = new ProcFs(root);
        assertThat(proc.cpu()).isEmpty();
        assertThat(proc.memory()).isEmpty();
        assertThat(proc.cpuModel()).isEmpty();
        var sample = new HostProbe(proc).sample();
        assertThat(sample.hasCpuUse()).isFalse();
        assertThat(sample.hasMemoryUsedBytes()).isFalse();
    }

    @Test
    void readsThisMachine() {
        var proc = ProcFs.system();
        assertThat(proc.memory().orElseThrow().used()).isPositive();
        assertThat(proc.cpu().orElseThrow().total()).isPositive();
        assertThat(proc.stat(ProcessHandle.current().pid())).isPresent();
    }

    @Test
    void callsTheMachineStarvedWhileItsProcessorsAreTaken() throws IOException {
        Files.writeString(root.resolve("stat"), "cpu  100 0 0 100 0 0 0 0 0 0\n");
        var probe = new HostProbe(new ProcFs(root));
        Files.writeString(root.resolve("stat"), "cpu  190 0 0 110 0 0 0 0 0 0\n");
        assertThat(probe.sample().getCpuUse()).isEqualTo(0.9);
        assertThat(probe.isStarved()).isTrue();
        for (int i = 1; i <= 5; i++) {
            Files.writeString(
                    root.resolve("stat"), "cpu  190 0 0 %d 0 0 0 0 0 0\n".formatted(110 + i * 100));
            probe.sample();
        }
        assertThat(probe.isStarved()).isFalse();
    }
}
