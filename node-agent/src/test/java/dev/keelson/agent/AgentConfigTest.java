package dev.keelson.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.FaultDomain;
import dev.keelson.exchange.config.ConfigException;
import dev.keelson.exchange.config.ConfigFile;
import dev.keelson.serving.engine.HangRule;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AgentConfigTest {
    private static final String FINGERPRINT = "ab".repeat(32);

    private static final String LEAST =
            """
            data: /tmp/agent
            http: {port: 9101}
            controlPlane: {grpc: "127.0.0.1:9000", caFingerprint: %s}
            engines:
              gpu-runtime: {command: [java, Main]}
            """
                    .formatted(FINGERPRINT);

    private static AgentConfig read(String text) {
        return AgentConfig.from(ConfigFile.parse("agent.yaml", text), false);
    }

    @Test
    void hasDefaults() {
        var config = read(LEAST);
        assertThat(config.httpHost()).isEqualTo("127.0.0.1");
        assertThat(config.thousandths()).isEqualTo(1000);
        assertThat(config.capacity()).isEqualTo(CapacityType.ON_DEMAND);
        assertThat(config.agentGrace()).isEqualTo(Duration.ofSeconds(45));
        assertThat(config.awsNotice()).isNull();
        assertThat(config.faultHook()).isNull();
        assertThat(config.membership().joinToken()).isNull();
        assertThat(config.onStop()).isEqualTo(AgentConfig.OnStop.KEEP);
        assertThat(AgentConfig.from(ConfigFile.parse("agent.yaml", LEAST), true).onStop())
                .isEqualTo(AgentConfig.OnStop.END);
    }

    @Test
    void readsEveryKey() {
        var config =
                read(
                        """
                        name: node-1
                        data: /tmp/agent
                        http: {host: 127.0.0.2, port: 9101}
                        controlPlane: {grpc: "127.0.0.1:9000", caFingerprint: %s, joinToken: secret}
                        domain: eu/a/r7
                        capacity: SPOT
                        capacityThousandths: 2000
                        engines:
                          gpu-runtime: {adapter: gpu-runtime, command: [java, -Xmx64m, Main], environment: [PATH, HOME]}
                          large:
                            adapter: vllm
                            command: [vllm, serve]
                            variables: {OMP_NUM_THREADS: 2}
                            models: [org/name]
                            startLimit: 1h
                            hangAfter: 90s
                        modelRoots: [/models]
                        notice: {aws: "http://127.0.0.1:7000/node-1"}
                        faultHook: /tmp/cut
                        agentGrace: 1m
                        plainStorage: true
                        onStop: end
                        engineHost: 10.0.0.7
                        """
                                .formatted(FINGERPRINT));
        assertThat(config.membership().name()).isEqualTo("node-1");
        assertThat(config.domain()).isEqualTo(new FaultDomain("eu", "a", "r7"));
        assertThat(config.capacity()).isEqualTo(CapacityType.SPOT);
        assertThat(config.thousandths()).isEqualTo(2000);
        var program = Objects.requireNonNull(config.catalog().programs().get("gpu-runtime"));
        assertThat(program.command()).containsExactly("java", "-Xmx64m", "Main");
        assertThat(program.environment()).containsExactlyInAnyOrder("PATH", "HOME");
        assertThat(program.startLimit()).isEqualTo(Duration.ofMinutes(2));
        assertThat(program.hangRule()).isEqualTo(HangRule.DEFAULT);
        var large = Objects.requireNonNull(config.catalog().programs().get("large"));
        assertThat(large.adapter().name()).isEqualTo("vllm");
        assertThat(large.variables()).containsExactly(Map.entry("OMP_NUM_THREADS", "2"));
        assertThat(large.models()).containsExactly("org/name");
        assertThat(large.startLimit()).isEqualTo(Duration.ofHours(1));
        assertThat(large.hangRule().silence()).isEqualTo(Duration.ofSeconds(90));
        assertThat(large.hangRule().starvedSilence()).isEqualTo(Duration.ofMinutes(3));
        assertThat(config.catalog().modelRoots()).containsExactly(Path.of("/models"));
        assertThat(config.awsNotice()).isEqualTo(URI.create("http://127.0.0.1:7000/node-1"));
        assertThat(config.faultHook()).isEqualTo(Path.of("/tmp/cut"));
        assertThat(config.plainStorage()).isTrue();
        assertThat(config.onStop()).isEqualTo(AgentConfig.OnStop.END);
        assertThat(config.engineHost()).isEqualTo("10.0.0.7");
    }

    @Test
    void refusesUnknownKeysAndValuesOutsideTheirRange() {
        assertThatThrownBy(() -> read(LEAST + "surprise: 1\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("surprise");
        assertThatThrownBy(() -> read(LEAST + "capacity: RENTED\n"))
                .hasMessage(
                        "agent.yaml:6: 'capacity' (RENTED) must be one of [ON_DEMAND, SPOT, RESERVED].");
        assertThatThrownBy(() -> read(LEAST.replace("9101", "99999")))
                .hasMessageContaining("agent.yaml:2: 'http.port'");
        assertThatThrownBy(() -> read(LEAST.replace(FINGERPRINT, "abcd")))
                .hasMessageContaining("agent.yaml:3: 'controlPlane.caFingerprint'");
        assertThatThrownBy(() -> read(LEAST + "domain: here\n"))
                .hasMessageContaining("region/zone/rack");
        assertThatThrownBy(() -> read(LEAST + "capacityThousandths: 0\n"))
                .hasMessageContaining("from 1");
        assertThatThrownBy(() -> read(LEAST + "notice: {aws: \"ftp://x\"}\n"))
                .hasMessageContaining("http://");
        assertThatThrownBy(() -> read(LEAST.replace("gpu-runtime:", "warp-drive:")))
                .hasMessageContaining("warp-drive");
        assertThatThrownBy(() -> read(engineWith("startLimit: 0s")))
                .hasMessageContaining("agent.yaml:5: 'engines.gpu-runtime.startLimit'");
        assertThatThrownBy(() -> read(engineWith("hangAfter: soon")))
                .hasMessageContaining("'engines.gpu-runtime.hangAfter'");
        assertThatThrownBy(() -> read(engineWith("models: [a]")))
                .hasMessageContaining("'engines.gpu-runtime.models'")
                .hasMessageContaining("gpu-runtime takes no names");
    }

    private static String engineWith(String key) {
        return LEAST.replace("Main]", "Main], " + key);
    }
}
