package dev.keelson.forecaster.learned.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.forecaster.learned.network.TrainingSeries;
import dev.keelson.forecaster.learned.registry.ModelRegistry;
import dev.keelson.forecaster.learned.registry.StoredModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainMainTest {
    @TempDir Path folder;

    @Test
    void aJobBecomesAModelInTheRegistryWithItsWindowAndLosses() throws Exception {
        var registry = new ModelRegistry(folder);

        TrainMain.run(
                again(job()), registry, InstantSource.fixed(Instant.ofEpochSecond(1_000_000)));

        StoredModel model = registry.load("deepar-1");
        assertThat(model.card().window().series()).containsExactly("chat");
        assertThat(model.card().window().fromEpochSecond()).isEqualTo(6_000);
        // The last tenth was held out.
        assertThat(model.card().window().toEpochSecond()).isEqualTo(6_000 + 10 * 180);
        assertThat(model.card().losses())
                .containsOnlyKeys("holdout-crps-to-last-value", "training-nll", "updates");
        assertThat(model.card().losses().get("updates")).isEqualTo(6);
    }

    @Test
    void somethingElseOnTheInputIsRefused() {
        assertThatThrownBy(() ->
                        TrainingJob.read(
                                new DataInputStream(new ByteArrayInputStream(new byte[40]))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no training job");
    }

    private static TrainingJob again(TrainingJob job) throws IOException {
        var bytes = new ByteArrayOutputStream();
        job.write(new DataOutputStream(bytes));
        return TrainingJob.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    private static TrainingJob job() {
        double[] values = new double[200];
        for (int t = 0; t < values.length; t++) {
            values[t] = t % 11 == 3 ? Double.NaN : 5 + t % 4;
        }
        return new TrainingJob(
                "deepar-1",
                10,
                20,
                24,
                6,
                6,
                1,
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                List.of("chat"),
                List.of(new TrainingSeries(values, 600)));
    }
}
