package dev.keelson.runtime.engine;

/** Where a sequence's tokens go. Called on the engine's thread; must not block. */
public interface TokenSink {
    /**
     * One more token.
     *
     * @param last why the sequence ended with this token, or null if it goes on
     */
    void token(int token, @org.jspecify.annotations.Nullable FinishReason last);

    /** The sequence ends without a further token. */
    void ended(FinishReason reason);
}
