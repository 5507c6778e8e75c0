package dev.keelson.runtime.engine;

/** Where a sequence's tokens go. Called on the engine's thread; must not block. */
public interface TokenSink {
    /**
     * The prompt has been read.
     *
     * @param cachedTokens tokens of it that lay in the cache already
     */
    default void started(int cachedTokens) {}

    /** One more token. */
    void token(Token token);

    /** The sequence ends without a further token. */
    void ended(FinishReason reason);
}
