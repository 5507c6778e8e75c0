package dev.keelson.serving.openai;

import java.util.List;

/** Body of {@code POST /v1/chat/completions}; {@code messages} has at least one. */
public record ChatRequest(String model, List<Message> messages, GenerationOptions options)
        implements OpenAiRequest {
    /** One turn; the text parts of a structured content are joined. */
    public record Message(String role, String content) {
        @Override
        public String toString() {
            return "Message[%s, %d characters]".formatted(role, content.length());
        }
    }

    public ChatRequest {
        messages = List.copyOf(messages);
    }
}
