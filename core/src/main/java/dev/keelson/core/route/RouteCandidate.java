package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;

/**
 * What one request would meet at one replica.
 *
 * @param queueSeconds until the replica could begin with it
 * @param missingPrefillSeconds to compute the part of the prompt that is not in the replica's
 *     prefix cache; 0 where nothing is known of prefixes
 * @param adapterSwitchSeconds to load the request's adapter there; 0 when it is loaded
 * @param cachedShare of the prompt found in the replica's prefix cache, 0 to 1
 * @param wear breaks ties, lower first: requests in flight, or the blocks ever written to the
 *     prefix cache, so that no cache is churned while others lie idle
 */
public record RouteCandidate(
        ReplicaId id,
        double queueSeconds,
        double missingPrefillSeconds,
        double adapterSwitchSeconds,
        double cachedShare,
        long wear) {

    /** Expected seconds to the first token: queue wait + missing prefill + adapter switch. */
    public double costSeconds() {
        return queueSeconds + missingPrefillSeconds + adapterSwitchSeconds;
    }
}
