package dev.keelson.serving.openai;

/** Tokens of one request, all choices together. */
public record Usage(int promptTokens, int completionTokens) {
    public int totalTokens() {
        return promptTokens + completionTokens;
    }
}
