package dev.keelson.core.policy;

import java.time.Instant;

/**
 * An operator's stop: discretionary actions wait until it expires or is lifted; with {@code all},
 * every action.
 */
public record Freeze(String owner, String reason, Instant expiresAt, boolean all) {}
