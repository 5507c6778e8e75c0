package dev.keelson.simulator.world;

import dev.keelson.simulator.trace.Fleet;
import java.util.List;
import java.util.function.BiConsumer;

/** Port: one engine on virtual time. Times are seconds since the start of the world. */
interface ReplicaModel {
    /** The engine that the fleet file asks for. */
    static ReplicaModel of(Fleet fleet) {
        var detailed = fleet.detailed();
        return detailed == null
                ? new BatchingReplica(fleet.engine())
                : new DetailedReplica(detailed);
    }

    /** The engine of a group's nodes. */
    static ReplicaModel of(Fleet fleet, Fleet.NodeGroup group) {
        var own = group.engine();
        return own == null ? of(fleet) : new BatchingReplica(own);
    }

    /** Whether the request could ever run here; one that cannot fails at once. */
    default boolean admits(Sequence sequence) {
        return true;
    }

    /** Leading tokens of the prompt that its prefix cache holds now. */
    default int cachedTokens(Sequence sequence) {
        return 0;
    }

    /** Seconds to load the request's adapter; 0 where it is loaded, or none is asked for. */
    default double adapterSwitchSeconds(Sequence sequence) {
        return 0;
    }

    /** Takes a request; it joins at the next step. */
    void submit(Sequence sequence, double nowSeconds);

    /** When {@link #advanceTo} next has something to tell; infinite while idle. */
    double nextEventSeconds();

    /** Runs every step that ends by then; {@code finished} hears of each complete request. */
    void advanceTo(double nowSeconds, BiConsumer<Sequence, Double> finished);

    /** What its metrics say. */
    Load load(double nowSeconds);

    /** Takes out all requests: the engine is gone. */
    List<Sequence> abandon();

    /**
     * @param running requests in the batch
     * @param waiting requests in the engine's own queue
     * @param kvUsedTokens tokens whose KV is held
     * @param queuedPrefillTokens prompt tokens that wait to be computed
     * @param decodeKvTokens context of the requests that decode
     * @param generatedTokens put out since its start
     * @param steps engine steps since its start
     */
    record Load(
            int running,
            int waiting,
            double kvUsedTokens,
            double queuedPrefillTokens,
            double decodeKvTokens,
            long generatedTokens,
            long steps) {}
}
