package dev.keelson.forecaster.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.exchange.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ForecasterConfigTest {
    private static final String LEAST =
            """
            data: somewhere
            http: {host: 127.0.0.1, port: 0}
            kafka: {bootstrap: "localhost:9092"}
            """;

    @TempDir Path folder;

    @Test
    void aFileWithTheNeededKeysIsEnough() throws IOException {
        ForecasterConfig config = read(LEAST);

        assertThat(config.step()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.seasonSteps()).isEqualTo(8_640);
        assertThat(config.training()).isEqualTo(ForecasterConfig.Training.STANDARD);
    }

    @Test
    void aWrongStepIsNamedWithItsLine() {
        assertThatThrownBy(() -> read(LEAST + "step: 7s\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(":4:")
                .hasMessageContaining("windows of the demand stream");
    }

    @Test
    void aHistoryThatHoldsNoForecastIsRefused() {
        assertThatThrownBy(() -> read(LEAST + "history: 1m\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("history");
    }

    @Test
    void anUnknownKeyIsRefused() {
        assertThatThrownBy(() -> read(LEAST + "training: {evry: 1h}\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("evry");
    }

    private ForecasterConfig read(String text) throws IOException {
        Path file = folder.resolve("forecaster.yaml");
        Files.writeString(file, text);
        return ForecasterConfig.read(file);
    }
}
