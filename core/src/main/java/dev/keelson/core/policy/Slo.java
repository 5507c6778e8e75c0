package dev.keelson.core.policy;

import java.time.Duration;

/**
 * Service level: 99 % of requests start within {@code ttft} and then take at most {@code tpot} per
 * token.
 */
public record Slo(Duration ttft, Duration tpot) {}
