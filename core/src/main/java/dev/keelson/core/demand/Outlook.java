package dev.keelson.core.demand;

import org.jspecify.annotations.Nullable;

/**
 * All that turns one deployment's future into replicas.
 *
 * @param error of the source's earlier forecasts; null while none has landed
 * @param capacity of one replica, as learned so far, in prompt tokens that arrive: those that its
 *     prefix cache holds among them; null while unknown
 * @param startups measured start-up times; empty while none was seen
 */
public record Outlook(
        Forecast forecast,
        @Nullable ForecastError error,
        @Nullable ReplicaCapacity capacity,
        StartupTimes startups) {}
