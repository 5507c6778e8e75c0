package dev.keelson.runtime.http;

import dev.keelson.serving.openai.ChatRequest;
import java.util.List;

/**
 * Writes a conversation as the training text does: one line per turn, the assistant's left open.
 */
final class ChatTemplate {
    /** With this the model goes on to speak for the user: the assistant's turn is over. */
    static final String NEXT_TURN = "\nUser:";

    private ChatTemplate() {}

    static String render(List<ChatRequest.Message> messages) {
        var text = new StringBuilder();
        for (ChatRequest.Message message : messages) {
            String speaker =
                    switch (message.role()) {
                        case "assistant" -> "Assistant: ";
                        case "system", "developer" -> "";
                        default -> "User: ";
                    };
            text.append(speaker).append(message.content().strip()).append('\n');
        }
        return text.append("Assistant:").toString();
    }
}
