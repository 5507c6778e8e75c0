package dev.keelson.serving.openai;

/** A request that asks a model for tokens. */
public sealed interface OpenAiRequest permits CompletionRequest, ChatRequest {
    String model();

    GenerationOptions options();
}
