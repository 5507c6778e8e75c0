package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;

/**
 * What a router knows of a replica when it places one request.
 *
 * @param inFlight requests that this router has there
 * @param maxSequences requests that the replica runs at once
 * @param secondsPerRequest recent mean time a request holds a place; positive
 */
public record ReplicaView(ReplicaId id, int inFlight, int maxSequences, double secondsPerRequest) {}
