package dev.keelson.runtime.chat;

import dev.keelson.runtime.format.ModelFileException;
import dev.keelson.runtime.jinja.Template;
import dev.keelson.runtime.jinja.TemplateException;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.serving.openai.ChatRequest.Message;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's chat template with the variables that transformers gives it.
 *
 * @param stops texts that end the assistant's turn, beside the end tokens
 */
public record ChatFormat(Template template, Map<String, String> tokens, List<String> stops) {
    public ChatFormat {
        tokens = Map.copyOf(tokens);
        stops = List.copyOf(stops);
    }

    /**
     * Parses a chat template.
     *
     * @param file where it stands, for messages
     * @param tokens special tokens by the names of tokenizer_config.json, like {@code bos_token}
     * @throws ModelFileException if it is malformed
     */
    public static ChatFormat parse(
            String file, String source, Map<String, String> tokens, List<String> stops)
            throws ModelFileException {
        try {
            return new ChatFormat(Template.parse(source), tokens, stops);
        } catch (TemplateException e) {
            throw new ModelFileException(file, "chat_template: " + e.getMessage(), e);
        }
    }

    /**
     * The conversation as text, the assistant's next turn left open.
     *
     * @param tokenizer makes what clients wrote harmless: the names of control tokens stay text
     * @throws TemplateException if the template refuses the conversation
     */
    public String render(List<Message> messages, BpeTokenizer tokenizer, InstantSource clock)
            throws TemplateException {
        List<Map<String, Object>> turns = new ArrayList<>();
        for (Message message : messages) {
            Map<String, Object> turn = new LinkedHashMap<>();
            turn.put("role", tokenizer.harmless(message.role()));
            turn.put("content", tokenizer.harmless(message.content()));
            turns.add(turn);
        }
        Map<String, Object> variables = new LinkedHashMap<>(tokens);
        variables.put("messages", turns);
        variables.put("add_generation_prompt", true);
        variables.put("tools", Template.none());
        variables.put("documents", Template.none());
        return template.render(variables, clock);
    }
}
