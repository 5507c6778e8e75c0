package dev.keelson.forecaster.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.forecaster.learned.registry.ModelRegistry;
import dev.keelson.forecaster.learned.train.TrainingJob;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainingTest {
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

    @TempDir Path folder;
    private final List<Process> processes = new ArrayList<>();

    @Test
    void nothingIsTrainedBeforeThereIsEnoughHistory() throws Exception {
        var training = training("exit 0");

        training.tick(START, false, histories(100));

        assertThat(training.isRunning()).isFalse();
    }

    @Test
    void aTrainingGetsItsJobAndOneThatEndsWellIsCollected() throws Exception {
        Path job = folder.resolve("job");
        var training = training("cat > " + job);
        training.tick(START, false, histories(400));
        assertThat(processes.getLast().waitFor()).isZero();

        assertThat(training.tick(START.plusSeconds(1), false, histories(400))).isTrue();

        assertThat(training.trainings()).isEqualTo(1);
        try (var in = new DataInputStream(Files.newInputStream(job))) {
            TrainingJob read = TrainingJob.read(in);
            assertThat(read.names()).containsExactly("chat");
            assertThat(read.series().getFirst().length()).isEqualTo(400);
        }
    }

    @Test
    void aTrainingThatDiesLeavesEverythingAsItWas() throws Exception {
        var training = training("kill -9 $$");
        training.tick(START, false, histories(400));
        processes.getLast().waitFor();

        assertThat(training.tick(START.plusSeconds(1), false, histories(400))).isFalse();

        assertThat(training.failures()).isEqualTo(1);
        assertThat(training.models()).isEmpty();
    }

    @Test
    void aTrainingThatOutlastsItsBudgetIsEnded() throws Exception {
        var training = training("cat > /dev/null; exec sleep 600");
        training.tick(START, false, histories(400));

        training.tick(START.plus(Duration.ofMinutes(11)), false, histories(400));

        assertThat(processes.getLast().waitFor()).isNotZero();
    }

    @Test
    void driftBringsATrainingForwardButNotAtOnce() throws Exception {
        var training = training("exit 0");
        training.tick(START, false, histories(400));
        processes.getLast().waitFor();
        training.tick(START.plusSeconds(1), false, histories(400));

        training.tick(START.plus(Duration.ofHours(1)), true, histories(400));
        assertThat(training.isRunning()).isFalse();
        training.tick(START.plus(Duration.ofHours(3)), false, histories(400));
        assertThat(training.isRunning()).isFalse();
        training.tick(START.plus(Duration.ofHours(3)), true, histories(400));
        assertThat(training.isRunning()).isTrue();
        training.end();
    }

    @Test
    void aCorruptModelIsSetAside() throws Exception {
        Files.writeString(folder.resolve("bad.model"), "KSLNMODL and then nothing");

        assertThat(training("exit 0").models()).isEmpty();
    }

    private Training training(String script) {
        return new Training(
                ForecastingTest.config(),
                new ModelRegistry(folder),
                () -> {
                    processes.add(launch(script));
                    return processes.getLast();
                });
    }

    private static Process launch(String script) throws IOException {
        return new ProcessBuilder("sh", "-c", script).start();
    }

    private static SortedMap<String, DemandHistory> histories(int steps) {
        var history = new DemandHistory("chat", Duration.ofSeconds(10), 1_000);
        for (int step = 0; step < steps; step++) {
            history.take(DemandHistoryTest.window(step, 5, 0));
        }
        var histories = new TreeMap<String, DemandHistory>();
        histories.put("chat", history);
        return histories;
    }
}
