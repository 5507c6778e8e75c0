package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;

/**
 * Which request goes next, and where.
 *
 * @param index of the request in the list that was offered
 */
public record Placement(int index, ReplicaId replica) {}
