package dev.keelson.core.demand;

/**
 * What a replica can do, learned from what became of requests: the work rate at which one request
 * in a hundred misses its service level. While the work is near the present belief, the belief
 * rises by {@code speed x 0.01} with every step's requests and falls by {@code speed} for those
 * that missed (Robbins and Monro, 1951: it rests where the two balance). Misses at much more work
 * than believed possible, or at much less, say nothing about it. A time in which a request would
 * wait for most of its service level's time to first token counts in part as a miss: where present
 * load brings replicas before a request misses, misses alone would never tell that the belief is
 * too high. It is a factor of a given capacity: the simulator's, or what places and work say
 * ({@link MeasuredCapacity}). Mutable; one thread.
 */
public final class LearnedCapacity {
    private static final double MISS_SHARE = 0.01;
    private static final double SPEED = 0.1;

    /** A request waits long that waits for this share of the time to first token. */
    private static final double LONG_WAIT = 0.75;

    /** A twentieth of the time with a long wait weighs as one miss in a hundred. */
    private static final double FULL_WEIGHT = 0.2;

    private static final double LEAST = 0.25;
    private static final double MOST = 4;

    /** Work within these shares of the belief is near it. */
    private static final double NEAR_BELOW = 0.75;

    private static final double NEAR_ABOVE = 1.1;

    private double factor = 1;
    private double usualEnded;

    /**
     * One step.
     *
     * @param given capacity that the factor is of
     * @param prefill recent tokens per second of one replica
     * @param decode the same
     * @param ended requests that ended in the step
     * @param missed those of them that missed the service level
     * @param full share of the step in which a request would have waited long
     */
    public void observe(
            ReplicaCapacity given,
            double prefill,
            double decode,
            double ended,
            double missed,
            double full) {
        usualEnded += 0.05 * (ended - usualEnded);
        double work = given.replicasFor(prefill, decode) / factor;
        if (ended <= 0 || work < NEAR_BELOW || work > NEAR_ABOVE) {
            return;
        }
        double counted = Math.max(missed, FULL_WEIGHT * full * ended);
        double move = SPEED * (MISS_SHARE * ended - counted) / Math.max(ended, usualEnded);
        factor = Math.max(LEAST, Math.min(MOST, factor * (1 + move)));
    }

    /**
     * Whether a request that comes now would wait long.
     *
     * @param there requests that have a place or wait for one
     * @param ready replicas
     * @param started requests that one of them takes up within the service level's time to first
     *     token
     */
    public static boolean isFull(double there, long ready, int maxSequences, double started) {
        return there >= ready * (maxSequences + LONG_WAIT * started);
    }

    /** The given capacity as outcomes have corrected it. */
    public ReplicaCapacity of(ReplicaCapacity given) {
        return given.times(factor);
    }
}
