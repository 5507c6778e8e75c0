package dev.keelson.simulator.world;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.route.ReplicaView;

/** One replica of the simulated fleet. Mutable: the world owns it. */
final class SimReplica {
    /** Share of the old mean in the router's mean time of a request; the gateway's own. */
    private static final double MEMORY = 0.8;

    final ReplicaId id;
    final SimNode node;
    final ReplicaModel engine;
    final double decidedSeconds;
    final double readySeconds;

    ReplicaState state = ReplicaState.STARTING;
    double changedSeconds;
    double drainBySeconds = Double.POSITIVE_INFINITY;

    /** Its node is gone; what observes the fleet may not know that yet. */
    boolean lost;

    int inFlight;
    private double secondsPerRequest = 1;

    SimReplica(
            ReplicaId id,
            SimNode node,
            ReplicaModel engine,
            double decidedSeconds,
            double readySeconds) {
        this.id = id;
        this.node = node;
        this.engine = engine;
        this.decidedSeconds = decidedSeconds;
        this.readySeconds = readySeconds;
        changedSeconds = decidedSeconds;
    }

    void enter(ReplicaState next, double now) {
        state = next;
        changedSeconds = now;
    }

    boolean takesRequests() {
        return state == ReplicaState.READY && !lost;
    }

    boolean isLive() {
        return state.isLive();
    }

    double nextEventSeconds() {
        if (lost || !isLive()) {
            return Double.POSITIVE_INFINITY;
        }
        return state == ReplicaState.STARTING ? readySeconds : engine.nextEventSeconds();
    }

    void finished(Sequence s, double at) {
        inFlight--;
        double seconds = Math.max(1e-3, at - s.dispatchedSeconds);
        secondsPerRequest = MEMORY * secondsPerRequest + (1 - MEMORY) * seconds;
    }

    ReplicaView view(int maxSequences) {
        return new ReplicaView(id, inFlight, maxSequences, secondsPerRequest);
    }
}
