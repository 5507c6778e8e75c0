package dev.keelson.simulator.world;

import dev.keelson.core.fleet.ReplicaState;

/**
 * What the node agents do by themselves: an engine that stands still is ended and reported as hung.
 * The constants are those of {@code HangRule.DEFAULT} in serving-api, which this module may not
 * import.
 */
final class NodeAgents {
    /** Without a moved token while requests run. */
    private static final double SILENCE_SECONDS = 6;

    /**
     * An idle engine is asked for a token every 5 s; two tries of 3 s each without one are a hang.
     */
    private static final double IDLE_SECONDS = 5 + 2 * 3;

    void watch(FleetWorld world) {
        for (SimReplica r : world.replicas()) {
            if (r.state == ReplicaState.READY && !r.lost && r.isHung()) {
                double silent = world.now() - r.hungSeconds;
                if (silent >= IDLE_SECONDS || (r.inFlight > 0 && silent >= SILENCE_SECONDS)) {
                    world.fail(r, "hung");
                }
            }
        }
    }
}
