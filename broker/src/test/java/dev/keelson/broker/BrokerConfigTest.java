package dev.keelson.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.exchange.config.ConfigException;
import dev.keelson.exchange.config.ConfigFile;
import org.junit.jupiter.api.Test;

final class BrokerConfigTest {
    private static final String TEXT =
            """
            data: /data/kafka
            http: {host: 127.0.0.1, port: 1}
            listen: {host: 127.0.0.1, port: 2, controllerPort: 3}
            credentials: {username: keelson, password: abc}
            """;

    @Test
    void readsEveryKeyAndShowsNoPassword() {
        var config = read(TEXT + "plainStorage: true\n");
        assertThat(config.bootstrap()).isEqualTo("127.0.0.1:2");
        assertThat(config.controllerPort()).isEqualTo(3);
        assertThat(config.plainStorage()).isTrue();
        assertThat(config.toString()).doesNotContain("abc");
    }

    @Test
    void storesAsItLikesByDefault() {
        assertThat(read(TEXT).plainStorage()).isFalse();
    }

    @Test
    void refusesAnUnknownKey() {
        assertThatThrownBy(() -> read(TEXT + "dta: x\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("broker.yaml:5");
    }

    @Test
    void refusesAPasswordThatCouldLeaveItsQuotes() {
        assertThatThrownBy(() -> read(TEXT.replace("abc", "'a\"b'")))
                .hasMessageContaining("letters");
    }

    private static BrokerConfig read(String text) {
        return BrokerConfig.from(ConfigFile.parse("broker.yaml", text));
    }
}
