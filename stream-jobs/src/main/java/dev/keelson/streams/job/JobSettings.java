package dev.keelson.streams.job;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * What the jobs need to know.
 *
 * @param bootstrap Kafka's {@code host:port}, several with commas
 * @param properties further Kafka client properties; they win over the defaults here
 * @param jobs of {@code demand} and {@code slo}
 * @param lateness how much later than the watermark a record still corrects its windows; default 15
 *     min
 */
public record JobSettings(
        String bootstrap, Map<String, String> properties, Set<String> jobs, Duration lateness) {
    public static final Set<String> ALL_JOBS = Set.of("demand", "slo");

    public JobSettings {
        properties = Map.copyOf(properties);
        jobs = Set.copyOf(jobs);
        if (jobs.isEmpty() || !ALL_JOBS.containsAll(jobs)) {
            throw new IllegalArgumentException(
                    "The jobs (%s) must be of demand and slo.".formatted(jobs));
        }
    }

    /** A consumer that finds its way back within about a second. */
    Properties source() {
        var result = client();
        result.put("fetch.max.wait.ms", "500");
        result.put("fetch.max.bytes", "4194304");
        result.put("max.partition.fetch.bytes", "1048576");
        // Positions are in the checkpoints; no group is needed.
        result.put("commit.offsets.on.checkpoint", "false");
        result.put("partition.discovery.interval.ms", "60000");
        result.put("register.consumer.metrics", "false");
        properties.forEach((key, value) -> {
            if (!key.equals("compression.type")) {
                result.put(key, value);
            }
        });
        return result;
    }

    /** A producer that outlives a restart of Kafka. */
    Properties sink() {
        var result = client();
        result.put("acks", "all");
        result.put("enable.idempotence", "true");
        result.put("linger.ms", "5");
        result.put("buffer.memory", "4194304");
        result.put("max.block.ms", "60000");
        result.put("delivery.timeout.ms", "60000");
        result.put("register.producer.metrics", "false");
        result.putAll(properties);
        return result;
    }

    private static Properties client() {
        var result = new Properties();
        result.put("request.timeout.ms", "5000");
        result.put("reconnect.backoff.ms", "100");
        result.put("reconnect.backoff.max.ms", "1000");
        result.put("retry.backoff.ms", "100");
        result.put("retry.backoff.max.ms", "500");
        result.put("socket.connection.setup.timeout.ms", "2000");
        result.put("socket.connection.setup.timeout.max.ms", "4000");
        result.put("enable.metrics.push", "false");
        return result;
    }

    /** Never shows the properties: they hold the password. */
    @Override
    public String toString() {
        return "JobSettings[%s, %s, %s]".formatted(bootstrap, jobs, lateness);
    }
}
