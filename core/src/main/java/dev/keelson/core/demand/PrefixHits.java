package dev.keelson.core.demand;

import dev.keelson.core.fleet.EngineLoad;
import dev.keelson.core.fleet.ReplicaId;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Of the prompt tokens that come to a deployment's replicas, the share that their prefix caches
 * hold: what needs no computing. From the engines' own counts over the last minutes. Mutable; one
 * thread.
 */
public final class PrefixHits {
    /** Share that a look at the counters keeps: with one a second, half is from two minutes. */
    private static final double MEMORY = 0.994;

    /** Whatever is found, the rest of a prompt is work. */
    private static final double MOST = 0.95;

    private final TreeMap<ReplicaId, Counted> newest = new TreeMap<>();
    private double queries;
    private double hits;

    private record Counted(double queries, double hits) {}

    /** Takes what an engine says; its first word and one that has begun anew say nothing yet. */
    public void observe(ReplicaId replica, EngineLoad load) {
        var asked = load.prefixQueriesTotal();
        var found = load.prefixHitsTotal();
        if (asked == null || found == null) {
            return;
        }
        var before = newest.put(replica, new Counted(asked, found));
        if (before == null || asked <= before.queries() || found < before.hits()) {
            return;
        }
        queries = MEMORY * queries + asked - before.queries();
        hits = MEMORY * hits + found - before.hits();
    }

    /** Forgets the counters of all other replicas. */
    public void retain(Set<ReplicaId> replicas) {
        newest.keySet().retainAll(replicas);
    }

    /** From 0 to {@value #MOST}; null while no engine has told. */
    public @Nullable Double share() {
        return queries <= 0 ? null : Double.valueOf(Math.min(MOST, hits / queries));
    }
}
