package dev.keelson.simulator.engine.profile;

import dev.keelson.simulator.engine.EngineRequest;
import dev.keelson.simulator.engine.RequestTimes;
import dev.keelson.simulator.engine.steptime.Interconnect;
import dev.keelson.simulator.engine.steptime.Parallelism;
import java.util.List;

/**
 * A run of a real engine: how it was set up, what was asked, and when the tokens came.
 *
 * @param name the folder's name
 * @param memoryBytes accelerator memory that one rank may use, in bytes
 * @param requests as they arrived
 * @param observed what the engine recorded, in the same order; seconds are virtual time from the
 *     first arrival
 */
public record RecordedRun(
        String name,
        String hardware,
        String model,
        Parallelism parallelism,
        Interconnect interconnect,
        double memoryBytes,
        int maxSequences,
        int maxBatchedTokens,
        List<EngineRequest> requests,
        List<RequestTimes> observed) {
    public RecordedRun {
        requests = List.copyOf(requests);
        observed = List.copyOf(observed);
    }
}
