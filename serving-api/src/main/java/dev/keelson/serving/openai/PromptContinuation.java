package dev.keelson.serving.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rest of a stream, asked of an engine that knows nothing of {@link Continuation} but takes
 * token ids as a prompt and gives them back, as vLLM does: a completion whose prompt is the first
 * prompt and the answer so far. What comes is told as the rest of the first response.
 */
public final class PromptContinuation {
    private static final List<String> PASSED_ON =
            List.of(
                    "model",
                    "temperature",
                    "top_p",
                    "top_k",
                    "min_p",
                    "repetition_penalty",
                    "ignore_eos",
                    "priority",
                    "cache_salt");

    private final OpenAiRequest asked;
    private final OpenAiResponses.Header header;
    private final int[] tokens; // a prompt may have 100,000 of them
    private final int promptTokens;

    /**
     * @param header of the response that the client knows
     * @param prompt tokens of the client's prompt
     * @param answer tokens whose text has reached the client, all of it: an engine that is given a
     *     prompt that ends within a character tells the whole prompt before that character's rest
     */
    public PromptContinuation(
            OpenAiRequest asked, OpenAiResponses.Header header, int[] prompt, int[] answer) {
        this.asked = asked;
        this.header = header;
        this.promptTokens = prompt.length;
        this.tokens = Arrays.copyOf(prompt, prompt.length + answer.length);
        System.arraycopy(answer, 0, tokens, prompt.length, answer.length);
    }

    private int answerTokens() {
        return tokens.length - promptTokens;
    }

    /**
     * Why the stream of this request cannot go on in this way, whatever was read of it; null if it
     * can. Fields that nobody here knows are taken for a reason.
     */
    public static @Nullable String obstacle(OpenAiRequest asked) {
        GenerationOptions options = asked.options();
        if (!options.unread().isEmpty()) {
            return "'%s' may depend on the tokens so far".formatted(options.unread().getFirst());
        }
        if (options.seed() != null && options.temperature() > 0) {
            return "its engine's randomness cannot be moved ahead to the place that 'seed' promises";
        }
        if (options.presencePenalty() != 0 || options.frequencyPenalty() != 0) {
            return "presence and frequency penalties count the answer only";
        }
        if (!options.stop().isEmpty()) {
            return "with 'stop' its engine holds text back whose tokens it has told";
        }
        if (options.topLogprobs() >= 0) {
            return "it has logprobs";
        }
        return switch (asked) {
            case CompletionRequest completion -> completion.echo() ? "it echoes its prompt" : null;
            // vLLM takes 16 for none in a completion, and refuses more than its context has.
            case ChatRequest _ ->
                    options.maxTokens() == null
                            ? "without 'max_tokens' it ends where its engine's context does"
                            : null;
        };
    }

    /** Tokens that the answer may have at most, of a request without {@link #obstacle}. */
    public static int most(OpenAiRequest asked) {
        Integer given = asked.options().maxTokens();
        return given == null ? CompletionRequest.DEFAULT_MAX_TOKENS : given;
    }

    /**
     * What the other engine is asked.
     *
     * @param original the client's body; what it leaves to the engine stays left to it
     */
    public byte[] body(byte[] original) {
        JsonNode given = read(original);
        return Json.bytes(json -> {
            json.writeStartObject();
            for (String name : PASSED_ON) {
                JsonNode value = given.get(name);
                if (value != null) {
                    json.writeFieldName(name);
                    json.writeRawValue(value.toString());
                }
            }
            json.writeNumberField("max_tokens", most(asked) - answerTokens());
            json.writeBooleanField("stream", true);
            json.writeObjectFieldStart("stream_options");
            json.writeBooleanField("include_usage", asked.options().includeUsage());
            json.writeEndObject();
            json.writeBooleanField("return_token_ids", true);
            json.writeFieldName("prompt");
            json.writeArray(tokens, 0, tokens.length);
            json.writeEndObject();
        });
    }

    private static JsonNode read(byte[] original) {
        try {
            return Json.object(original);
        } catch (InvalidRequestException e) {
            throw new IllegalArgumentException("The body was read before.", e);
        }
    }

    /** Gives the events of the other engine's stream as the rest of the client's. */
    public SseReader.Sink into(SseReader.Sink client) {
        return new Rest(client);
    }

    /** The chunk with the usage of an answer that is whole. */
    public byte[] usage() {
        return chunk(List.of(), new Usage(promptTokens, answerTokens()));
    }

    private byte[] chunk(List<Choice> choices, @Nullable Usage usage) {
        return switch (asked) {
            case CompletionRequest _ -> OpenAiResponses.completionChunk(header, choices, usage);
            case ChatRequest _ -> OpenAiResponses.chatChunk(header, choices, usage);
        };
    }

    /** NOT thread-safe. */
    private final class Rest implements SseReader.Sink {
        private static final OpenAiError OTHER =
                OpenAiError.server(
                        502, "upstream_failed", "The engine does not go on after these tokens.");
        private final SseReader.Sink client;
        private final ChunkScan scan = new ChunkScan();
        private boolean confirmed;

        Rest(SseReader.Sink client) {
            this.client = client;
        }

        @Override
        public void event(byte[] data, int from, int to) {
            scan.scan(data, from, to);
            if (scan.isDone() || scan.isError()) {
                client.event(data, from, to);
                return;
            }
            confirmed |= confirms(scan);
            byte[] told = confirmed ? told(data, from, to) : null;
            byte[] event = told == null ? OTHER.toJson() : told;
            client.event(event, 0, event.length);
        }

        // An engine that understood the prompt says it in its first chunk.
        private boolean confirms(ChunkScan chunk) {
            byte[] said = chunk.promptTokenIds();
            return said != null && Arrays.equals(ChunkScan.tokenIds(said), tokens);
        }

        // Null: no chunk of a completion with one choice.
        private byte @Nullable [] told(byte[] data, int from, int to) {
            JsonNode chunk;
            try {
                chunk = Json.object(Arrays.copyOfRange(data, from, to));
            } catch (InvalidRequestException e) {
                return null;
            }
            JsonNode choice = chunk.path("choices").path(0);
            if (!choice.isMissingNode() && !choice.path("text").isTextual()) {
                return null;
            }
            int after = scan.completionTokens();
            Usage usage = after < 0 ? null : new Usage(promptTokens, answerTokens() + after);
            return chunk(choice.isMissingNode() ? List.of() : List.of(choice(choice)), usage);
        }

        private Choice choice(JsonNode choice) {
            List<Integer> ids = new ArrayList<>();
            choice.path("token_ids").forEach(id -> ids.add(id.intValue()));
            return new Choice(
                    0,
                    choice.path("text").textValue(),
                    choice.path("finish_reason").textValue(),
                    ids);
        }
    }
}
