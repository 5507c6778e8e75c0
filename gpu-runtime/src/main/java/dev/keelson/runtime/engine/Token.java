package dev.keelson.runtime.engine;

import org.jspecify.annotations.Nullable;

/**
 * One token of an answer.
 *
 * @param last why the sequence ended with this token, or null if it goes on
 * @param logprobs null unless asked for
 */
public record Token(int id, @Nullable FinishReason last, @Nullable Logprobs logprobs) {}
