package dev.keelson.runtime.http;

import com.sun.net.httpserver.HttpExchange;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.engine.EngineLoad;
import dev.keelson.runtime.engine.EngineRequest;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.OpenAiError;
import dev.keelson.serving.openai.RequestHeaders;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Whether a request may wait at all, and for how long. Thread-safe. */
final class Admission {
    /**
     * Why not.
     *
     * @param retryAfterSeconds when it is likelier
     */
    record Refusal(OpenAiError error, long retryAfterSeconds) {}

    static final OpenAiError TOO_LATE =
            OpenAiError.server(
                    503,
                    "deadline",
                    "The first token would come after the deadline that the request names.");
    private static final OpenAiError SLEEPING =
            OpenAiError.server(503, "sleeping", "This engine sleeps: POST /wake_up first.");
    private static final OpenAiError OVERLOADED =
            OpenAiError.server(429, "overloaded", "Too many requests wait for this engine.");

    private final Engine engine;

    Admission(Engine engine) {
        this.engine = engine;
    }

    /**
     * Looks at the queue.
     *
     * @param withinNanos when the first token is of use
     */
    @Nullable Refusal refuse(long withinNanos) {
        EngineLoad load = engine.load();
        long wait = load.firstTokenNanos();
        if (load.asleep()) {
            return new Refusal(SLEEPING, 1);
        }
        if (load.waiting() >= engine.knobs().maxWaiting()) {
            return new Refusal(OVERLOADED, seconds(wait));
        }
        // With an empty queue nothing is refused: the estimate needs requests to learn from.
        if (load.waiting() > 0 && wait > withinNanos) {
            return new Refusal(TOO_LATE, seconds(wait - withinNanos));
        }
        return null;
    }

    /** The deadline that a request names in its header, nanoseconds from now. */
    static long withinNanos(HttpExchange exchange) throws InvalidRequestException {
        String text = exchange.getRequestHeaders().getFirst(RequestHeaders.DEADLINE);
        if (text == null) {
            return EngineRequest.NO_DEADLINE;
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw new InvalidRequestException(
                    OpenAiError.invalid(
                            "The header '%s' must be milliseconds."
                                    .formatted(RequestHeaders.DEADLINE),
                            RequestHeaders.DEADLINE));
        }
        return TimeUnit.MILLISECONDS.toNanos(Long.parseLong(text));
    }

    private static long seconds(long nanos) {
        return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos) + 1);
    }
}
