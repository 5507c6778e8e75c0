package dev.keelson.serving.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads and checks request bodies. Unknown fields are ignored: engines differ in their extensions.
 * Gateway and engine read with the same code, so that what one accepts the other does too.
 */
public final class OpenAiRequests {
    private static final int MAX_STOPS = 16;
    private static final int MAX_LOGPROBS = 20;
    private static final int MAX_SALT = 256;
    private static final int MAX_PROMPTS = 128;
    private static final int MAX_MESSAGES = 4096;

    // What the records stand for; user and the template's options say nothing of how tokens are
    // chosen after a prompt.
    private static final Set<String> READ =
            Set.of(
                    "model",
                    "max_tokens",
                    "temperature",
                    "top_p",
                    "top_k",
                    "min_p",
                    "n",
                    "stream",
                    "stream_options",
                    "stop",
                    "seed",
                    "ignore_eos",
                    "presence_penalty",
                    "frequency_penalty",
                    "repetition_penalty",
                    "return_token_ids",
                    "logprobs",
                    "priority",
                    "cache_salt",
                    "continuation",
                    "user");
    private static final Set<String> READ_OF_COMPLETION =
            Set.of("prompt", "echo", "add_special_tokens");
    private static final Set<String> READ_OF_CHAT =
            Set.of(
                    "messages",
                    "top_logprobs",
                    "max_completion_tokens",
                    "add_generation_prompt",
                    "chat_template_kwargs");
    private static final String USAGE = "include_usage";

    private OpenAiRequests() {}

    /** Body of {@code POST /v1/completions}. */
    public static CompletionRequest completion(byte[] body) throws InvalidRequestException {
        Fields fields = new Fields(Json.object(body));
        String model = fields.requiredText("model");
        int logprobs = fields.integer("logprobs", 0, MAX_LOGPROBS, -1);
        return new CompletionRequest(
                model,
                prompts(fields),
                fields.flag("echo"),
                options(fields, logprobs, READ_OF_COMPLETION));
    }

    /** Body of {@code POST /v1/chat/completions}. */
    public static ChatRequest chat(byte[] body) throws InvalidRequestException {
        Fields fields = new Fields(Json.object(body));
        String model = fields.requiredText("model");
        return new ChatRequest(
                model, messages(fields), options(fields, chatLogprobs(fields), READ_OF_CHAT));
    }

    private static int chatLogprobs(Fields fields) throws InvalidRequestException {
        Integer top = fields.integer("top_logprobs", 0, MAX_LOGPROBS);
        if (fields.flag("logprobs")) {
            return top == null ? 0 : top;
        }
        if (top != null) {
            throw Fields.wrong("top_logprobs", "left out unless 'logprobs' is true");
        }
        return -1;
    }

    private static String salt(Fields fields) throws InvalidRequestException {
        if (fields.get("cache_salt") == null) {
            return "";
        }
        String salt = fields.requiredText("cache_salt");
        if (salt.length() > MAX_SALT) {
            throw Fields.wrong("cache_salt", "at most %d characters long".formatted(MAX_SALT));
        }
        return salt;
    }

    private static GenerationOptions options(Fields fields, int topLogprobs, Set<String> ofEndpoint)
            throws InvalidRequestException {
        Integer maxTokens = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        Integer maxCompletionTokens = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        JsonNode streaming = fields.object("stream_options");
        boolean usage = streaming != null && new Fields(streaming).flag(USAGE);
        return new GenerationOptions(
                maxCompletionTokens == null ? maxTokens : maxCompletionTokens,
                fields.number("temperature", 0, 2, 1),
                fields.number("top_p", Double.MIN_VALUE, 1, 1),
                fields.integer("top_k", -1, Integer.MAX_VALUE, 0),
                fields.number("min_p", 0, 1, 0),
                fields.integer("n", 1, MAX_PROMPTS, 1),
                fields.flag("stream"),
                usage,
                stops(fields),
                fields.longInteger("seed"),
                fields.flag("ignore_eos"),
                fields.number("presence_penalty", -2, 2, 0),
                fields.number("frequency_penalty", -2, 2, 0),
                fields.number("repetition_penalty", Double.MIN_VALUE, 10, 1),
                fields.flag("return_token_ids"),
                topLogprobs,
                fields.integer("priority", Integer.MIN_VALUE, Integer.MAX_VALUE, 0),
                salt(fields),
                Continuation.read(fields),
                unread(fields.object(), streaming, ofEndpoint));
    }

    private static List<String> unread(
            JsonNode request, @Nullable JsonNode streaming, Set<String> ofEndpoint) {
        List<String> unread = new ArrayList<>(0);
        for (Map.Entry<String, JsonNode> field : request.properties()) {
            String name = field.getKey();
            if (!READ.contains(name) && !ofEndpoint.contains(name) && !field.getValue().isNull()) {
                unread.add(name);
            }
        }
        if (streaming != null) {
            streaming.properties().stream()
                    .filter(field -> !field.getKey().equals(USAGE))
                    .filter(field -> !field.getValue().isNull())
                    .filter(field -> !field.getValue().equals(BooleanNode.FALSE))
                    .forEach(field -> unread.add("stream_options." + field.getKey()));
        }
        return unread;
    }

    private static List<String> stops(Fields fields) throws InvalidRequestException {
        JsonNode stop = fields.get("stop");
        if (stop == null) {
            return List.of();
        }
        if (stop.isTextual()) {
            return stop.textValue().isEmpty() ? List.of() : List.of(stop.textValue());
        }
        if (!stop.isArray() || stop.size() > MAX_STOPS) {
            throw Fields.wrong(
                    "stop", "a string or a list of at most %d strings".formatted(MAX_STOPS));
        }
        List<String> stops = new ArrayList<>();
        for (JsonNode one : stop) {
            if (!one.isTextual() || one.textValue().isEmpty()) {
                throw Fields.wrong("stop", "made of strings that are not empty");
            }
            stops.add(one.textValue());
        }
        return stops;
    }

    private static List<Prompt> prompts(Fields fields) throws InvalidRequestException {
        JsonNode prompt = fields.required("prompt");
        if (prompt.isTextual()) {
            return List.of(new Prompt.Text(prompt.textValue()));
        }
        if (!prompt.isArray() || prompt.isEmpty()) {
            throw Fields.wrong(
                    "prompt",
                    "a string, a list of strings, a list of tokens or a list of token lists");
        }
        if (prompt.get(0).isIntegralNumber()) {
            return List.of(tokens(prompt));
        }
        if (prompt.size() > MAX_PROMPTS) {
            throw Fields.wrong("prompt", "at most %d prompts".formatted(MAX_PROMPTS));
        }
        List<Prompt> prompts = new ArrayList<>();
        for (JsonNode one : prompt) {
            prompts.add(one.isTextual() ? new Prompt.Text(one.textValue()) : tokens(one));
        }
        return prompts;
    }

    private static Prompt tokens(JsonNode list) throws InvalidRequestException {
        if (!list.isArray() || list.isEmpty()) {
            throw Fields.wrong(
                    "prompt", "made of strings or of lists of tokens that are not empty");
        }
        List<Integer> ids = new ArrayList<>(list.size());
        for (JsonNode id : list) {
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                throw Fields.wrong("prompt", "made of token numbers of at least 0");
            }
            ids.add(id.intValue());
        }
        return new Prompt.Tokens(ids);
    }

    private static List<ChatRequest.Message> messages(Fields fields)
            throws InvalidRequestException {
        JsonNode messages = fields.required("messages");
        if (!messages.isArray() || messages.isEmpty() || messages.size() > MAX_MESSAGES) {
            throw Fields.wrong("messages", "a list of 1 to %d messages".formatted(MAX_MESSAGES));
        }
        List<ChatRequest.Message> read = new ArrayList<>(messages.size());
        for (JsonNode message : messages) {
            if (!message.isObject()) {
                throw Fields.wrong("messages", "made of objects with role and content");
            }
            Fields of = new Fields(message);
            read.add(
                    new ChatRequest.Message(
                            of.requiredText("role"), content(message.get("content"))));
        }
        return read;
    }

    private static String content(@Nullable JsonNode content) throws InvalidRequestException {
        if (content == null || content.isNull()) {
            return ""; // an assistant's turn that only called tools
        }
        if (content.isTextual()) {
            return content.textValue();
        }
        if (!content.isArray()) {
            throw Fields.wrong("messages", "messages whose content is a string or a list of parts");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            JsonNode partText = part.get("text");
            if (partText == null || !partText.isTextual()) {
                throw Fields.wrong(
                        "messages", "messages of text; other content parts are not served here");
            }
            text.append(partText.textValue());
        }
        return text.toString();
    }
}
