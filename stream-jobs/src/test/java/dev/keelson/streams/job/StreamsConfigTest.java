package dev.keelson.streams.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class StreamsConfigTest {
    private static final String LEAST =
            """
            data: /data/flink
            http: {host: 127.0.0.1, port: 8081}
            kafka: {bootstrap: "127.0.0.1:9092"}
            """;

    @Test
    void fillsInTheDefaults() {
        var config = StreamsConfig.parse("streams.yaml", LEAST);
        assertThat(config.data()).isEqualTo(Path.of("/data/flink"));
        assertThat(config.jobs().jobs()).containsExactlyInAnyOrder("demand", "slo");
        assertThat(config.jobs().lateness()).isEqualTo(Duration.ofMinutes(15));
        assertThat(config.jobs().properties()).isEmpty();
    }

    @Test
    void readsEveryKey() {
        var config =
                StreamsConfig.parse(
                        "streams.yaml",
                        LEAST.replace(
                                        "\"127.0.0.1:9092\"}",
                                        "\"h:1\", properties: {security.protocol: SASL_SSL}}")
                                + "jobs: [demand]\nlateness: 30s\nplainStorage: true\n");
        assertThat(config.jobs().bootstrap()).isEqualTo("h:1");
        assertThat(config.jobs().jobs()).isEqualTo(Set.of("demand"));
        assertThat(config.jobs().lateness()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.jobs().properties())
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("compression.type", "none");
    }

    @Test
    void refusesAnUnknownKeyWithItsLine() {
        assertThatThrownBy(() -> StreamsConfig.parse("streams.yaml", LEAST + "latenes: 1s\n"))
                .hasMessageContaining("streams.yaml:4: unknown key 'latenes'");
    }

    @Test
    void namesTheLineOfAValueOutsideItsRange() {
        assertThatThrownBy(() -> StreamsConfig.parse("s.yaml", LEAST.replace("8081", "many")))
                .hasMessage("s.yaml:2: expected a port from 0 to 65535.");
        assertThatThrownBy(() -> StreamsConfig.parse("s.yaml", LEAST + "jobs: [tea]\n"))
                .hasMessage("s.yaml:4: jobs must be of demand and slo.");
        assertThatThrownBy(() -> StreamsConfig.parse("s.yaml", LEAST + "lateness: [\n"))
                .hasMessageContaining("s.yaml:5: no YAML");
    }
}
