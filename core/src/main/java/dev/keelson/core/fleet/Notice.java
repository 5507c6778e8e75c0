package dev.keelson.core.fleet;

import java.time.Instant;

/**
 * A provider's word that a node will be taken away.
 *
 * @param kind terminate, stop or rebalance
 * @param receivedAt when the control plane first heard of it, by its own clock
 * @param deadline receivedAt plus the remaining time that the agent measured
 */
public record Notice(String kind, Instant receivedAt, Instant deadline) {}
