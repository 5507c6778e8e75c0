package dev.keelson.runtime.engine;

import java.util.Collection;
import java.util.Comparator;
import java.util.function.ToIntFunction;

/**
 * An order over sequences. It has classes: only a better class displaces one that runs; within a
 * class the older goes first.
 */
interface Ranking {
    /** Smaller is better. */
    int rankClass(Sequence sequence);

    /** A sequence came. */
    default void arrived(Sequence sequence) {}

    /** A sequence ended. */
    default void gone(Sequence sequence) {}

    /** A sequence read tokens in a step. */
    default void served(Sequence sequence, int tokens) {}

    /** A step is about to be planned. */
    default void beforeStep(Collection<Sequence> waiting) {}

    /** May a lower one overtake one that waits for blocks? */
    default boolean mayOvertake() {
        return true;
    }

    /**
     * The one that always gets its blocks, so that somebody always ends. The best one, unless
     * classes change with time.
     */
    default Sequence guaranteed(Collection<Sequence> all) {
        return all.stream().min(order()).orElseThrow();
    }

    /** Best first. */
    default Comparator<Sequence> order() {
        return Comparator.comparingInt((ToIntFunction<Sequence>) this::rankClass)
                .thenComparingLong(Sequence::id);
    }

    /** First come, first served. */
    static Ranking arrival() {
        return new Ranking() {
            @Override
            public int rankClass(Sequence sequence) {
                return 0;
            }

            @Override
            public boolean mayOvertake() {
                return false;
            }
        };
    }

    /** By the request's priority. */
    static Ranking priority() {
        return Sequence::priority;
    }
}
