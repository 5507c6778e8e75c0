package dev.keelson.runtime.engine;

/** What an engine tells about its work; times in nanoseconds. Called on the engine's thread. */
public interface EngineListener {
    /** Tokens of prompts were read. */
    void promptTokens(int count);

    /** A sequence got its first token, {@code nanos} after it was submitted. */
    void firstToken(long nanos);

    /** A sequence got a further token, {@code nanos} after the one before. */
    void nextToken(long nanos);

    /** A sequence ended, {@code nanos} after it was submitted. */
    void finished(FinishReason reason, long nanos);
}
