package dev.keelson.broker;

import dev.keelson.exchange.config.ConfigFile;
import dev.keelson.yaml.YamlSection;
import java.nio.file.Path;
import java.util.Map;

/**
 * Configuration of the embedded broker.
 *
 * @param data folder of its logs; made if missing
 * @param httpHost where {@code /healthz} and {@code /metrics} are served
 * @param httpPort their port
 * @param host where Kafka clients connect; loopback
 * @param port their port
 * @param controllerPort port of the controller on the same host
 * @param username name that every client must give
 * @param password its password; letters and digits only
 * @param plainStorage nothing is compressed; default false
 */
public record BrokerConfig(
        Path data,
        String httpHost,
        int httpPort,
        String host,
        int port,
        int controllerPort,
        String username,
        String password,
        boolean plainStorage) {
    private static final String CREDENTIAL = "[A-Za-z0-9_-]+";

    public BrokerConfig {
        if (!username.matches(CREDENTIAL) || !password.matches(CREDENTIAL)) {
            throw new IllegalArgumentException(
                    "The credentials must consist of letters, digits, _ and -.");
        }
    }

    public static BrokerConfig read(Path file) {
        return from(ConfigFile.read(file));
    }

    static BrokerConfig from(YamlSection file) {
        var http = file.section("http");
        var listen = file.section("listen");
        var credentials = file.section("credentials");
        var result =
                new BrokerConfig(
                        file.file("data"),
                        http.text("host"),
                        http.port("port"),
                        listen.text("host"),
                        listen.port("port"),
                        listen.port("controllerPort"),
                        credential(credentials, "username"),
                        credential(credentials, "password"),
                        file.flag("plainStorage", false));
        file.noMoreKeys();
        return result;
    }

    /** Both stand in a quoted JAAS text. The value is a secret, so the message leaves it out. */
    private static String credential(YamlSection section, String key) {
        var value = section.text(key);
        if (!value.matches(CREDENTIAL)) {
            throw section.malformed(key, "letters, digits, _ and -");
        }
        return value;
    }

    String bootstrap() {
        return host + ":" + port;
    }

    /** The JAAS module with this user, without the closing semicolon. */
    String login() {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\""
                .formatted(username, password);
    }

    /** What a client needs to connect. */
    public Map<String, Object> clientProperties() {
        return Map.of(
                "bootstrap.servers",
                bootstrap(),
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                login() + ";");
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "BrokerConfig[%s, %s]".formatted(data, bootstrap());
    }
}
