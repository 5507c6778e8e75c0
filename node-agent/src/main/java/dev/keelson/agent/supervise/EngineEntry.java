package dev.keelson.agent.supervise;

import dev.keelson.core.fleet.ReplicaState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An engine as {@code engines.json} knows it.
 *
 * @param host address that it listens on
 * @param startTicks start time of the process in clock ticks since boot
 * @param startup process start to first token; null until then
 * @param drainUntil when a drain ends by force; null while none was asked
 * @param maxSequences requests that it runs at once; 0 while nobody knows
 */
record EngineEntry(
        ReplicaSpec spec,
        long pid,
        long startTicks,
        String host,
        int port,
        ReplicaState state,
        String reason,
        Instant startedAt,
        @Nullable Duration startup,
        @Nullable Instant drainUntil,
        int maxSequences) {

    String url() {
        return "http://" + host + ":" + port;
    }
}
