package dev.keelson.serving.openai;

import java.util.List;

/** Body of {@code POST /v1/completions}; {@code prompts} has at least one. */
public record CompletionRequest(
        String model, List<Prompt> prompts, boolean echo, GenerationOptions options)
        implements OpenAiRequest {
    /** The API's default of {@code max_tokens}. */
    public static final int DEFAULT_MAX_TOKENS = 16;

    public CompletionRequest {
        prompts = List.copyOf(prompts);
    }

    public int maxTokens() {
        Integer given = options.maxTokens();
        return given == null ? DEFAULT_MAX_TOKENS : given;
    }
}
