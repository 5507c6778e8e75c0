package dev.keelson.streams.job;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Entry of the job jar on a Flink cluster: {@code --bootstrap H:P [--jobs demand,slo]
 * [--lateness-seconds N] [--property K=V ...]}. Checkpoints are the cluster's configuration.
 */
public final class ClusterMain {
    private ClusterMain() {}

    public static void main(String[] arguments) throws Exception {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        StreamJobs.build(environment, settings(arguments));
        environment.execute("keelson-streams");
    }

    static JobSettings settings(String... arguments) {
        String bootstrap = null;
        Set<String> jobs = JobSettings.ALL_JOBS;
        var lateness = Duration.ofMinutes(15);
        Map<String, String> properties = new HashMap<>();
        for (var i = 0; i + 1 < arguments.length; i += 2) {
            var value = arguments[i + 1];
            switch (arguments[i]) {
                case "--bootstrap" -> bootstrap = value;
                case "--jobs" -> jobs = Set.of(value.split(",", -1));
                case "--lateness-seconds" -> lateness = Duration.ofSeconds(Long.parseLong(value));
                case "--property" -> {
                    var equals = value.indexOf('=');
                    if (equals < 1) {
                        throw new IllegalArgumentException("--property takes KEY=VALUE.");
                    }
                    properties.put(value.substring(0, equals), value.substring(equals + 1));
                }
                default ->
                        throw new IllegalArgumentException("Unknown option " + arguments[i] + ".");
            }
        }
        if (bootstrap == null || arguments.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "Usage: --bootstrap HOST:PORT [--jobs demand,slo] [--lateness-seconds N] [--property KEY=VALUE ...]");
        }
        return new JobSettings(bootstrap, properties, jobs, lateness);
    }
}
