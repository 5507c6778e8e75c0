package dev.keelson.core.fleet;

import org.jspecify.annotations.Nullable;

/**
 * Newest scrape of one engine; null where the engine does not say.
 *
 * @param running requests in the batch
 * @param waiting requests in the engine's own queue
 * @param kvUse share of KV blocks in use, 0 to 1
 * @param generationTokensTotal tokens generated since the engine started
 */
public record EngineLoad(
        @Nullable Double running,
        @Nullable Double waiting,
        @Nullable Double kvUse,
        @Nullable Double generationTokensTotal) {
    public static final EngineLoad UNKNOWN = new EngineLoad(null, null, null, null);
}
