package dev.keelson.runtime.engine;

/** Why a sequence ended, in OpenAI's and vLLM's words. */
public enum FinishReason {
    /** An end token or a stop text. */
    STOP,
    /** As many tokens as were asked for, or the context is full. */
    LENGTH,
    /** The client left. */
    ABORT,
    /** The first token would have come too late to be of use. */
    EXPIRED,
    /** The engine was told to end, and gave it no more time. */
    DRAINED,
    /** The engine failed. */
    ERROR;

    /** The name on the wire. */
    public String wire() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
