package dev.keelson.serving.openai;

import org.jspecify.annotations.Nullable;

/**
 * Tokens of one request, all choices together.
 *
 * @param cachedTokens tokens of the prompt that lay in a prefix cache; null if unknown
 */
public record Usage(int promptTokens, int completionTokens, @Nullable Integer cachedTokens) {
    public Usage(int promptTokens, int completionTokens) {
        this(promptTokens, completionTokens, null);
    }

    public int totalTokens() {
        return promptTokens + completionTokens;
    }
}
