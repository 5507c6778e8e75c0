package dev.keelson.gateway.bench;

/**
 * One gateway in one round.
 *
 * @param perSecond requests answered while as many are asked as go
 * @param busy share of its core meanwhile, 0 to 1
 * @param cpuPerRequest processor time, user and system, in µs
 * @param cpuPerToken the same for a token of a stream
 * @param p50 median time to the answer at an even pace, in ms
 * @param failed requests without a good answer, and tokens that did not come
 */
record PeerFigures(
        double perSecond,
        double busy,
        double cpuPerRequest,
        double cpuPerToken,
        double p50,
        double p99,
        long failed) {}
