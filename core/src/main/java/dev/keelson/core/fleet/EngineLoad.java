package dev.keelson.core.fleet;

import org.jspecify.annotations.Nullable;

/**
 * Newest scrape of one engine; null where the engine does not say.
 *
 * @param running requests in the batch
 * @param waiting requests in the engine's own queue
 * @param kvUse share of KV blocks in use, 0 to 1
 * @param generationTokensTotal tokens generated since the engine started
 * @param prefixQueriesTotal prompt tokens that were looked for in its prefix cache since then
 * @param prefixHitsTotal those of them that were found and not computed again
 */
public record EngineLoad(
        @Nullable Double running,
        @Nullable Double waiting,
        @Nullable Double kvUse,
        @Nullable Double generationTokensTotal,
        @Nullable Double prefixQueriesTotal,
        @Nullable Double prefixHitsTotal) {
    public static final EngineLoad UNKNOWN = new EngineLoad(null, null, null, null);

    /** Of an engine that does not tell of a prefix cache. */
    public EngineLoad(
            @Nullable Double running,
            @Nullable Double waiting,
            @Nullable Double kvUse,
            @Nullable Double generationTokensTotal) {
        this(running, waiting, kvUse, generationTokensTotal, null, null);
    }
}
