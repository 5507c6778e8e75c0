package dev.keelson.core.fleet;

import java.time.Duration;
import java.time.Instant;

/**
 * What the control plane knows of itself; it decides whether its own silence explains that of
 * others.
 *
 * @param startedAt when this leader began to observe
 * @param longestPause longest gap between two of its own ticks within the last detection window
 * @param pausedAt end of that gap
 */
public record ControlHealth(Instant startedAt, Duration longestPause, Instant pausedAt) {}
