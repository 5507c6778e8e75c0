package dev.keelson.simulator.baseline;

import java.util.List;

/**
 * What an autoscaler sees, once a second. Counters run since the start.
 *
 * @param seconds since the start
 * @param target replicas asked for last
 * @param replicas live ones that are not draining, oldest first
 * @param queued requests that wait at the gateway
 * @param arrivals requests that arrived
 * @param arrivedPromptTokens their prompt tokens
 * @param completions requests that finished
 * @param completedPromptTokens their prompt tokens
 * @param completedOutputTokens their output tokens
 */
public record FleetSample(
        double seconds,
        int target,
        List<ReplicaSample> replicas,
        int queued,
        long arrivals,
        long arrivedPromptTokens,
        long completions,
        long completedPromptTokens,
        long completedOutputTokens) {
    public FleetSample {
        replicas = List.copyOf(replicas);
    }

    /**
     * @param running requests in its batch
     * @param waiting requests in its own queue
     * @param kvTokens what its KV cache comes to hold at most with the requests it runs at once
     * @param kvUsedTokens tokens held now
     * @param queuedPrefillTokens prompt tokens that wait to be computed
     * @param decodeKvTokens context of the requests that decode
     */
    public record ReplicaSample(
            String name,
            boolean ready,
            boolean spot,
            int running,
            int waiting,
            double kvTokens,
            double kvUsedTokens,
            double queuedPrefillTokens,
            double decodeKvTokens) {
        /** Share of the KV cache in use. */
        public double kvUse() {
            return Math.min(1, kvUsedTokens / kvTokens);
        }

        public int inFlight() {
            return running + waiting;
        }
    }

    /** The same measurements, read later: the present time and target are always known. */
    public FleetSample at(double now, int present) {
        return new FleetSample(
                now,
                present,
                replicas,
                queued,
                arrivals,
                arrivedPromptTokens,
                completions,
                completedPromptTokens,
                completedOutputTokens);
    }

    public List<ReplicaSample> readyReplicas() {
        return replicas.stream().filter(ReplicaSample::ready).toList();
    }

    public int ready() {
        return (int) replicas.stream().filter(ReplicaSample::ready).count();
    }

    /** Requests at replicas and at the gateway. */
    public int concurrency() {
        return queued + replicas.stream().mapToInt(ReplicaSample::inFlight).sum();
    }
}
