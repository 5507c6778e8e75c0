package dev.keelson.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A script for an engine that streams as vLLM 0.32 was seen to: it tells its tokens, knows nothing
 * of Keelson, and says one answer, of which a prompt of tokens may hold the beginning.
 */
final class TokenTellingEngine {
    static final List<Integer> PROMPT = List.of(1, 2, 3);

    /** Token i is 10 + i; an empty text is a part of the next one's character, but at the end. */
    static final List<String> ANSWER =
            List.of("Hi", " there", "", "", "\uD83E\uDD9C", " caf", "", "\u00e9", "!", "");

    static final String TEXT = String.join("", ANSWER);
    private static final int FIRST = 10;

    /** What happens once {@code said} of the tokens have been sent; one more: the usage too. */
    interface Fate {
        void after(int said, CannedEngine.Call call) throws IOException, InterruptedException;
    }

    /** How it writes one token's chunk. */
    enum Habit {
        USUAL,
        /** Three tokens at once, as when its server does not keep up with its steps. */
        THREE_AT_ONCE,
        WITHOUT_IDS,
        WITHOUT_PROMPT,
        AS_REASONING
    }

    private TokenTellingEngine() {}

    static CannedEngine.Script healthy() {
        return script(Habit.USUAL, (said, call) -> {});
    }

    static CannedEngine.Script script(Habit habit, Fate fate) {
        return call -> {
            JsonNode asked = read(call.body());
            if (call.head().startsWith("POST /detokenize ")) {
                call.json(200, detokenized(asked.path("tokens")));
                return;
            }
            boolean chat = call.head().startsWith("POST /v1/chat/");
            List<Integer> prompt = promptOf(asked);
            int said = prompt.size() - PROMPT.size();
            int most = asked.path("max_tokens").asInt(16);
            int end = Math.min(ANSWER.size(), said + most);
            call.startStream();
            Form form = new Form(chat, "id-" + call.engine().url(), prompt, habit);
            if (chat) {
                call.event(form.role());
            }
            int step = habit == Habit.THREE_AT_ONCE ? 3 : 1;
            for (int at = said; at < end; at += step) {
                int to = Math.min(end, at + step);
                String reason = to < end ? null : end < said + most ? "stop" : "length";
                call.event(form.chunk(at, to, at == said, reason));
                fate.after(to, call);
            }
            if (asked.at("/stream_options/include_usage").asBoolean()) {
                call.event(form.usage(end - said));
            }
            fate.after(end + 1, call);
            call.done();
        };
    }

    private static List<Integer> promptOf(JsonNode asked) {
        JsonNode prompt = asked.path("prompt");
        return prompt.isArray()
                ? IntStream.range(0, prompt.size()).mapToObj(i -> prompt.get(i).intValue()).toList()
                : PROMPT;
    }

    private static byte[] detokenized(JsonNode tokens) {
        StringBuilder text = new StringBuilder();
        tokens.forEach(token -> text.append(ANSWER.get(token.intValue() - FIRST)));
        text.append(isWithinCharacter(tokens.size()) ? "\uFFFD" : "");
        return ("{\"prompt\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isWithinCharacter(int at) {
        return at > 0 && at < ANSWER.size() && ANSWER.get(at - 1).isEmpty();
    }

    private static JsonNode read(String body) throws IOException {
        try {
            return Json.object(body.getBytes(StandardCharsets.UTF_8));
        } catch (InvalidRequestException e) {
            throw new IOException(e);
        }
    }

    /** The chunks of one stream. */
    private record Form(boolean chat, String id, List<Integer> prompt, Habit habit) {
        byte[] role() {
            return event(
                    "[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}],"
                            + promptIds()
                            + ",\"prompt_text\":null");
        }

        private String promptIds() {
            return "\"prompt_token_ids\":"
                    + (habit == Habit.WITHOUT_PROMPT ? "null" : prompt.toString());
        }

        byte[] chunk(int from, int to, boolean first, @Nullable String reason) {
            String text = String.join("", ANSWER.subList(from, to));
            // vLLM then tells the prompt's text before the character's rest.
            if (first && isWithinCharacter(from) && !text.isEmpty()) {
                text = "THE PROMPT" + text;
            }
            String ids =
                    IntStream.range(from, to)
                            .mapToObj(i -> Integer.toString(FIRST + i))
                            .collect(Collectors.joining(",", "[", "]"));
            String name = habit == Habit.AS_REASONING && from < 2 ? "reasoning" : "content";
            return event(
                    "[{\"index\":0,"
                            + (chat
                                    ? "\"delta\":{\"" + name + "\":\"" + text + "\"}"
                                    : "\"text\":\"" + text + "\"")
                            + ",\"logprobs\":null,\"finish_reason\":"
                            + (reason == null ? "null" : "\"" + reason + "\"")
                            + ",\"stop_reason\":null"
                            + (chat || !first ? "" : "," + promptIds())
                            + ",\"token_ids\":"
                            + (habit == Habit.WITHOUT_IDS ? "null" : ids)
                            + "}]");
        }

        byte[] usage(int tokens) {
            return event(
                    "[],\"usage\":{\"prompt_tokens\":%d,\"total_tokens\":%d,\"completion_tokens\":%d}"
                            .formatted(prompt.size(), prompt.size() + tokens, tokens));
        }

        private byte[] event(String choices) {
            return ("{\"id\":\""
                            + id
                            + "\",\"object\":\""
                            + (chat ? "chat.completion.chunk" : "text_completion")
                            + "\",\"created\":7,\"model\":\"tiny\",\"choices\":"
                            + choices
                            + "}")
                    .getBytes(StandardCharsets.UTF_8);
        }
    }
}
