package dev.keelson.runtime.engine;

/** The bytes that a token stands for. */
@FunctionalInterface
public interface TokenText {
    /** Raw bytes, none for a special token. */
    byte[] bytes(int token);
}
