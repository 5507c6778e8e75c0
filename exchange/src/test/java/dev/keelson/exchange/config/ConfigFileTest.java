package dev.keelson.exchange.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConfigFileTest {

    @Test
    void readsValuesSectionsAndLists() {
        var config =
                ConfigFile.parse(
                        "a.yaml",
                        """
                        data: /x
                        grace: 45s
                        http: {host: 127.0.0.1, port: 8080}
                        roots: [a, b]
                        kafka: {properties: {acks: all}}
                        """);
        assertThat(config.text("data")).isEqualTo("/x");
        assertThat(config.duration("grace", Duration.ZERO)).isEqualTo(Duration.ofSeconds(45));
        assertThat(config.section("http").whole("port")).isEqualTo(8080);
        assertThat(config.texts("roots")).containsExactly("a", "b");
        assertThat(config.section("kafka").properties("properties")).containsEntry("acks", "all");
        assertThat(config.flag("plainStorage", false)).isFalse();
    }

    @Test
    void namesTheLineOfAnUnknownKey() {
        var config = ConfigFile.parse("a.yaml", "data: x\nhttp:\n  prot: 1\n");
        config.text("data");
        config.section("http").whole("port", 1);
        assertThatThrownBy(config::noMoreKeys)
                .isInstanceOf(ConfigException.class)
                .hasMessage("a.yaml:3: unknown key 'http.prot'; known here: port.");
    }

    @Test
    void saysWhatAValueShouldHaveBeen() {
        var config = ConfigFile.parse("a.yaml", "grace: 45\nport: many\n");
        assertThatThrownBy(() -> config.duration("grace", Duration.ZERO))
                .hasMessage(
                        "a.yaml:1: 'grace' (45) must be a duration such as 250ms, 30s, 15m or 24h.");
        assertThatThrownBy(() -> config.whole("port"))
                .hasMessage("a.yaml:2: 'port' (many) must be a whole number.");
        assertThatThrownBy(() -> ConfigFile.parse("a.yaml", "port: 70000\n").port("port"))
                .hasMessage("a.yaml:1: 'port' (70000) must be a port from 0 to 65535.");
        assertThatThrownBy(() -> config.text("data"))
                .hasMessage("a.yaml:1: the key 'data' is missing.");
    }

    @Test
    void refusesDuplicatesAndWhatIsNoMapping() {
        assertThatThrownBy(() -> ConfigFile.parse("a.yaml", "a: 1\na: 2\n"))
                .isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> ConfigFile.parse("a.yaml", "- 1\n"))
                .isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> ConfigFile.parse("a.yaml", "a: 1\nb: [\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("a.yaml:3: no YAML: ")
                .message()
                .hasLineCount(1);
    }
}
