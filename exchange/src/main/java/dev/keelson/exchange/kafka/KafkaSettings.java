package dev.keelson.exchange.kafka;

import dev.keelson.yaml.YamlSection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How to reach Kafka.
 *
 * @param bootstrap {@code host:port}, several with commas
 * @param properties further client properties (security, compression); they win over the defaults
 *     here
 */
public record KafkaSettings(String bootstrap, Map<String, String> properties) {
    public KafkaSettings {
        properties = Map.copyOf(properties);
    }

    /** Reads {@code kafka: {bootstrap: ..., properties: {...}}}. */
    public static KafkaSettings from(YamlSection section) {
        return new KafkaSettings(section.text("bootstrap"), section.properties("properties"));
    }

    /** The same, never compressing: what is stored can be searched as it is. */
    public KafkaSettings plainStorage() {
        var changed = new TreeMap<>(properties);
        changed.put("compression.type", "none");
        return new KafkaSettings(bootstrap, changed);
    }

    /**
     * Properties of an idempotent producer with small buffers that finds its way back within
     * seconds of Kafka's return and gives up a batch after 30 s, so that its owner can begin
     * afresh.
     */
    public Map<String, Object> producer(String clientId) {
        var result = client(clientId);
        result.put("acks", "all");
        result.put("enable.idempotence", "true");
        result.put("buffer.memory", "4194304");
        result.put("batch.size", "32768");
        result.put("linger.ms", "5");
        result.put("max.block.ms", "2000");
        result.put("delivery.timeout.ms", "30000");
        result.putAll(properties);
        return result;
    }

    /**
     * Properties of a consumer without a group: partitions are assigned, positions begin a while
     * back.
     *
     * @param startBack ISO-8601 duration, such as {@code PT2M}
     */
    public Map<String, Object> consumer(String clientId, String startBack) {
        var result = client(clientId);
        result.put("enable.auto.commit", "false");
        result.put("auto.offset.reset", "by_duration:" + startBack);
        result.put("fetch.max.wait.ms", "500");
        result.put("fetch.max.bytes", "2097152");
        result.put("max.partition.fetch.bytes", "1048576");
        result.put("default.api.timeout.ms", "5000");
        properties.forEach((key, value) -> {
            if (!"compression.type".equals(key)) {
                result.put(key, value);
            }
        });
        return result;
    }

    private Map<String, Object> client(String clientId) {
        var result = new HashMap<String, Object>();
        result.put("bootstrap.servers", bootstrap);
        result.put("client.id", clientId);
        result.put("request.timeout.ms", "5000");
        result.put("reconnect.backoff.ms", "100");
        result.put("reconnect.backoff.max.ms", "1000");
        result.put("retry.backoff.ms", "100");
        result.put("retry.backoff.max.ms", "500");
        result.put("socket.connection.setup.timeout.ms", "2000");
        result.put("socket.connection.setup.timeout.max.ms", "4000");
        result.put("metadata.max.age.ms", "60000");
        result.put("metadata.recovery.strategy", "rebootstrap");
        // The default opens JMX beans and a push of client metrics that nobody reads.
        result.put("enable.metrics.push", "false");
        result.put("metric.reporters", "");
        return result;
    }

    /** Never shows the properties: they hold the password. */
    @Override
    public String toString() {
        return "KafkaSettings[" + bootstrap + "]";
    }
}
