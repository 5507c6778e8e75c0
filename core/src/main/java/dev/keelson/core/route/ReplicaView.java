package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;

/**
 * What a router knows of a replica when it places one request.
 *
 * @param inFlight requests that this router has there
 * @param maxSequences requests that the replica runs at once
 * @param secondsPerRequest recent mean time a request holds a place; positive
 * @param adapterSwitchSeconds to load the request's adapter there; 0 when it is loaded, or none is
 *     asked for
 */
public record ReplicaView(
        ReplicaId id,
        int inFlight,
        int maxSequences,
        double secondsPerRequest,
        double adapterSwitchSeconds) {
    /** Of a request without adapter. */
    public ReplicaView(ReplicaId id, int inFlight, int maxSequences, double secondsPerRequest) {
        this(id, inFlight, maxSequences, secondsPerRequest, 0);
    }
}
