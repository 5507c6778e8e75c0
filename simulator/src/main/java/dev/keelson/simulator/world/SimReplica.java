package dev.keelson.simulator.world;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.route.ReplicaView;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One replica of the simulated fleet. Mutable: the world owns it. */
final class SimReplica {
    /** Share of the old mean in the router's mean time of a request; the gateway's own. */
    private static final double MEMORY = 0.8;

    /** After a failure the gateway avoids it for so long, doubled with each; its own constants. */
    private static final double FIRST_BACK_OFF_SECONDS = 0.5;

    private static final int MOST_DOUBLINGS = 5;

    final ReplicaId id;
    final SimNode node;
    final BitSet gpus;
    final double decidedSeconds;

    ReplicaModel engine;
    double readySeconds;

    ReplicaState state = ReplicaState.STARTING;
    double changedSeconds;
    double drainBySeconds = Double.POSITIVE_INFINITY;

    /** Its node is gone; what observes the fleet may not know that yet. */
    boolean lost;

    /** Its start will end in failure, at the time when it would be READY. */
    boolean doomed;

    /** It has been READY. */
    boolean served;

    /** Why it is FAILED; null otherwise. */
    @Nullable String failure;

    /** Since when its engine stands still; NaN while it moves. */
    double hungSeconds = Double.NaN;

    /** While it hangs: its health page goes on answering. */
    boolean healthAnswers = true;

    /** The gateway saw it stand still: others are better for new requests. */
    boolean avoided;

    /** Each step takes so many times as long, besides the node's own slowdown. */
    double slowdown = 1;

    int inFlight;

    /** Prompt tokens of the requests placed here that its prefix cache did not hold then. */
    long computedTokens;

    private int failures;
    private double backOffUntil = Double.NEGATIVE_INFINITY;
    private double secondsPerRequest = 1;

    SimReplica(
            ReplicaId id,
            SimNode node,
            BitSet gpus,
            ReplicaModel engine,
            double decidedSeconds,
            double readySeconds) {
        this.id = id;
        this.node = node;
        this.gpus = gpus;
        this.engine = engine;
        this.decidedSeconds = decidedSeconds;
        this.readySeconds = readySeconds;
        changedSeconds = decidedSeconds;
    }

    /** The one of this name; there is one. */
    static SimReplica find(List<SimReplica> replicas, ReplicaId id) {
        for (SimReplica r : replicas) {
            if (r.id.equals(id)) {
                return r;
            }
        }
        throw new IllegalStateException("There is no replica " + id + ".");
    }

    void enter(ReplicaState next, double now) {
        state = next;
        changedSeconds = now;
        served |= next == ReplicaState.READY;
    }

    boolean takesRequests() {
        return state == ReplicaState.READY && !lost;
    }

    boolean isHung() {
        return !Double.isNaN(hungSeconds);
    }

    /** Its engine stands still from now on. */
    void hang(double now, boolean answers) {
        if (!isHung()) {
            engine = new StandingEngine(engine, now);
            hungSeconds = now;
            healthAnswers = answers;
        }
    }

    void resume(double now) {
        if (engine instanceof StandingEngine standing) {
            engine = standing.resume(now);
            hungSeconds = Double.NaN;
            avoided = false;
            pace(now);
        }
    }

    /** Takes over its own slowdown and that of its node. */
    void pace(double now) {
        double factor = slowdown * node.slowdown;
        var moving = isHung() ? null : engine;
        if (moving == null || (factor == 1 && !(moving instanceof PacedEngine))) {
            return;
        }
        var paced = moving instanceof PacedEngine known ? known : new PacedEngine(moving);
        paced.slow(now, factor);
        engine = paced;
    }

    /** Share of what it should do that it does: 0 while it hangs or is gone. */
    double pull() {
        return !takesRequests() || isHung() ? 0 : 1 / (slowdown * node.slowdown);
    }

    /** A request there has failed. Many that fail at once are one failure. */
    void failedAtGateway(double now) {
        if (now >= backOffUntil) {
            backOffUntil = now + FIRST_BACK_OFF_SECONDS * (1 << Math.min(failures, MOST_DOUBLINGS));
            failures++;
        }
    }

    /** May new requests go there at all, full or not? */
    boolean isUsable(double now) {
        return takesRequests() && now >= backOffUntil;
    }

    /** The same for one more: after failures one at a time. */
    boolean takesOne(double now) {
        return isUsable(now) && (failures == 0 || inFlight == 0);
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
        failures = 0;
        backOffUntil = Double.NEGATIVE_INFINITY;
        double seconds = Math.max(1e-3, at - s.dispatchedSeconds);
        secondsPerRequest = MEMORY * secondsPerRequest + (1 - MEMORY) * seconds;
    }

    ReplicaView view(int maxSequences) {
        return new ReplicaView(id, inFlight, maxSequences, secondsPerRequest);
    }
}
