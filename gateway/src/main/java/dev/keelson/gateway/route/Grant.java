package dev.keelson.gateway.route;

/** What a request that asked for a replica gets. */
public sealed interface Grant {
    /** A place: it must be released. */
    record Place(Attempt attempt) implements Grant {}

    /** No place. */
    enum Refusal implements Grant {
        QUEUE_FULL,
        DEADLINE,
        CANCELLED,
        /** The deployment is not in the routing table (any more). */
        UNKNOWN
    }
}
