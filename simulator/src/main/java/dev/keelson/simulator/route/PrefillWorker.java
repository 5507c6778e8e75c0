package dev.keelson.simulator.route;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.route.RouteCandidate;
import dev.keelson.simulator.trace.PrefixRequest;

/**
 * A worker that prefills one request after the other in the order in which they were placed. With
 * that order the cache at a request's turn is the one after all requests placed before it, so that
 * it can be told when the request is placed. NOT thread-safe.
 */
final class PrefillWorker {
    private final ReplicaId id;
    private final RouteSetup setup;
    private final PrefixCache cache;
    private double freeAtSeconds;
    private long blocksTaken;

    PrefillWorker(ReplicaId id, RouteSetup setup) {
        this.id = id;
        this.setup = setup;
        this.cache = new PrefixCache(setup.blocks());
    }

    RouteCandidate offer(PrefixRequest request, double nowSeconds) {
        int matched = cache.match(request.blocks());
        return new RouteCandidate(
                id,
                Math.max(0, freeAtSeconds - nowSeconds),
                prefillSeconds(request, matched),
                0,
                (double) matched / request.blocks().size(),
                blocksTaken);
    }

    Served serve(PrefixRequest request, double nowSeconds) {
        int matched = cache.match(request.blocks());
        freeAtSeconds = Math.max(freeAtSeconds, nowSeconds) + prefillSeconds(request, matched);
        blocksTaken += cache.use(request.blocks());
        return new Served(
                freeAtSeconds - request.arrivalSeconds(),
                request.cachedTokens(matched, setup.blockTokens()));
    }

    private double prefillSeconds(PrefixRequest request, int matchedBlocks) {
        int cached = request.cachedTokens(matchedBlocks, setup.blockTokens());
        return (request.inputTokens() - cached) / setup.prefillTokensPerSecond();
    }

    /**
     * @param ttftSeconds from the arrival to the end of the prefill
     */
    record Served(double ttftSeconds, int cachedTokens) {}
}
