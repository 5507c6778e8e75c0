package dev.keelson.gateway.serve;

import dev.keelson.gateway.http.HttpRequest;
import dev.keelson.gateway.route.Dispatcher;
import dev.keelson.gateway.route.Target;
import dev.keelson.protocol.v1.Arrival;
import dev.keelson.serving.openai.ChatRequest;
import dev.keelson.serving.openai.CompletionRequest;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.Json;
import dev.keelson.serving.openai.OpenAiError;
import dev.keelson.serving.openai.OpenAiRequest;
import dev.keelson.serving.openai.OpenAiRequests;
import dev.keelson.serving.openai.RequestHeaders;
import java.time.Duration;
import java.util.Locale;

/** What a request asks, or why it is refused before any replica is used. Thread-safe. */
final class Intake {
    private static final String DEADLINE = RequestHeaders.DEADLINE.toLowerCase(Locale.ROOT);
    private static final String PROBE = RequestHeaders.PROBE.toLowerCase(Locale.ROOT);
    private static final int LONGEST_PROBE_BYTES = 256;
    private static final int BYTES_PER_TOKEN = 4;
    private static final int CHAT_TOKENS_GUESS = 256;

    /**
     * A request that is served.
     *
     * @param deadline from now, by when its first token must have come
     * @param choices that its answer has
     */
    record Accepted(OpenAiRequest asked, Target target, Duration deadline, int choices) {
        /** How long its first byte may take: 0 for a stream, all its tokens otherwise. */
        int expectedTokens() {
            return asked.options().stream() ? 0 : maxTokens(asked);
        }

        /** Output tokens of all its choices, at most. */
        long mostOutput() {
            return (long) maxTokens(asked) * choices;
        }

        /**
         * Is it Keelson's own question, which is no demand? What it may cost is bounded, since
         * anybody can send the header.
         */
        boolean isProbe(HttpRequest request) {
            return request.header(PROBE) != null
                    && request.body().length <= LONGEST_PROBE_BYTES
                    && mostOutput() <= 1;
        }
    }

    private final Dispatcher dispatcher;
    private final Fingerprints fingerprints;
    private final PoisonLedger poison;
    private final Duration usualDeadline;

    /**
     * @param usualDeadline by when a request must have its first token, unless it says so itself
     */
    Intake(
            Dispatcher dispatcher,
            Fingerprints fingerprints,
            PoisonLedger poison,
            Duration usualDeadline) {
        this.dispatcher = dispatcher;
        this.fingerprints = fingerprints;
        this.poison = poison;
        this.usualDeadline = usualDeadline;
    }

    Accepted accept(HttpRequest request) throws InvalidRequestException {
        OpenAiRequest asked = read(request);
        refuseContinuation(asked);
        Target target = targetOf(asked);
        refuseKnownPoison(request.body());
        return new Accepted(asked, target, deadlineOf(request), choices(asked));
    }

    private static OpenAiRequest read(HttpRequest request) throws InvalidRequestException {
        if (request.tooLarge()) {
            throw new InvalidRequestException(OpenAiError.tooLarge(Json.MAX_BODY_BYTES));
        }
        return request.path().equals(CompletionService.CHAT)
                ? OpenAiRequests.chat(request.body())
                : OpenAiRequests.completion(request.body());
    }

    // Between gateway and engine only: from outside it would let a client choose the response's id.
    private static void refuseContinuation(OpenAiRequest asked) throws InvalidRequestException {
        if (asked.options().continuation() != null) {
            throw new InvalidRequestException(
                    OpenAiError.invalid(
                            "'continuation' is not for clients: this gateway continues a broken stream itself.",
                            "continuation"));
        }
    }

    private Target targetOf(OpenAiRequest asked) throws InvalidRequestException {
        if (!dispatcher.known().hasTable()) {
            throw new InvalidRequestException(
                    OpenAiError.server(
                            503, "starting", "This gateway does not know the fleet yet."));
        }
        Target target = dispatcher.known().targetOf(asked.model());
        if (target == null) {
            throw new InvalidRequestException(OpenAiError.modelNotFound(asked.model()));
        }
        return target;
    }

    private void refuseKnownPoison(byte[] body) throws InvalidRequestException {
        if (poison.isEmpty() && dispatcher.known().quarantined().isEmpty()) {
            return;
        }
        String fingerprint = fingerprints.of(body);
        if (poison.holds(fingerprint) || dispatcher.known().quarantined().contains(fingerprint)) {
            throw new InvalidRequestException(poisoned());
        }
    }

    static OpenAiError poisoned() {
        return OpenAiError.server(
                422,
                "poison_request",
                "Replicas died while they served this request; it is not tried again.");
    }

    private Duration deadlineOf(HttpRequest request) throws InvalidRequestException {
        String given = request.header(DEADLINE);
        if (given == null) {
            return usualDeadline;
        }
        if (!given.matches("\\d{1,7}") || given.matches("0+")) {
            throw new InvalidRequestException(
                    OpenAiError.invalid(
                            "The header %s must be 1 to 9999999."
                                    .formatted(RequestHeaders.DEADLINE),
                            RequestHeaders.DEADLINE));
        }
        return Duration.ofMillis(Long.parseLong(given));
    }

    private static int maxTokens(OpenAiRequest asked) {
        return switch (asked) {
            case CompletionRequest completion -> completion.maxTokens();
            case ChatRequest chat -> {
                Integer given = chat.options().maxTokens();
                yield given == null ? CHAT_TOKENS_GUESS : given;
            }
        };
    }

    private static int choices(OpenAiRequest asked) {
        return switch (asked) {
            case CompletionRequest completion ->
                    completion.prompts().size() * completion.options().n();
            case ChatRequest chat -> chat.options().n();
        };
    }

    /** The record of a request that is served. */
    static Arrival arrival(HttpRequest request, OpenAiRequest asked) {
        return arrival(request).toBuilder()
                .setMaxTokens(maxTokens(asked))
                .setStreaming(asked.options().stream())
                .build();
    }

    /** A guess from the length of the body. */
    static int promptTokens(HttpRequest request) {
        return request.body().length / BYTES_PER_TOKEN;
    }

    /** The record of a request that is refused. */
    static Arrival arrival(HttpRequest request) {
        return Arrival.newBuilder().setPromptTokensEstimate(promptTokens(request)).build();
    }
}
