package dev.keelson.gateway.serve;

import dev.keelson.gateway.http.HttpExchange;
import dev.keelson.gateway.route.Attempt;
import dev.keelson.gateway.route.Dispatcher;
import dev.keelson.gateway.upstream.UpstreamConnection;
import dev.keelson.serving.openai.ChunkScan;
import dev.keelson.serving.openai.OpenAiError;
import dev.keelson.serving.openai.ServerSentEvents;
import dev.keelson.serving.openai.SseReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes one event stream on, whole events only, each as soon as it is there. Nothing is sent
 * before the first token, so that until then another replica can still begin; from then on another
 * can only continue. Nothing but a finish_reason for each choice and then [DONE] counts as the end.
 * NOT thread-safe: its request's thread's, and within {@link #relay} the loop's.
 */
final class StreamRelay implements SseReader.Sink, StreamPump.Stream {
    /** Type of the error that ends a stream which no replica can continue. */
    static final String REPLICA_LOST = "replica_lost";

    private static final String LOST =
            "The replica that served this request was lost; the answer is incomplete.";
    private static final int MAX_HELD_BYTES = 1 << 20;

    private final RequestProgress request;
    private final Attempt attempt;
    private final Dispatcher dispatcher;
    private final LongSupplier nanos;
    private final Map<String, String> headers;
    private final SseReader reader = new SseReader();
    private final SseReader.Sink sink;
    private final ChunkScan scan = new ChunkScan();
    private byte[] out = new byte[1024];
    private int length;
    private final AnswerSoFar answer;
    private boolean token;
    private boolean done;
    private boolean failed;
    private long now;
    private final UpstreamConnection from;

    StreamRelay(
            RequestProgress request,
            Attempt attempt,
            UpstreamConnection from,
            Dispatcher dispatcher,
            LongSupplier nanos,
            Map<String, String> headers) {
        this.request = request;
        this.answer = request.answer();
        this.sink = answer.into(this);
        this.attempt = attempt;
        this.from = from;
        this.dispatcher = dispatcher;
        this.nanos = nanos;
        this.headers = headers;
    }

    /** Until the stream ends. By the request's thread, which waits meanwhile. */
    AttemptResult relay() throws ClientLeftException {
        StreamPump.End end = new StreamPump(request.exchange(), from, this).run();
        return switch (end) {
            case DONE -> {
                end();
                from.finish();
                yield new AttemptResult.Final(Outcome.succeeded());
            }
            case DIED -> ended(AttemptResult.Cause.DIED);
            case FAILED -> ended(AttemptResult.Cause.FAILED);
            case CLIENT_LEFT -> throw new ClientLeftException(null);
        };
    }

    @Override
    public StreamPump.@Nullable End pass(byte[] bytes, int length) throws ClientLeftException {
        now = nanos.getAsLong();
        attempt.progress(now);
        boolean readable = reader.feed(bytes, 0, length, sink); // may find that it failed
        failed |= !readable;
        if ((failed || this.length > MAX_HELD_BYTES) && !hasBegun()) {
            return StreamPump.End.FAILED;
        }
        flush(); // all that the answer so far counts must have gone to the client
        return state();
    }

    @Override
    public StreamPump.@Nullable End taken() {
        attempt.taken(nanos.getAsLong());
        return state();
    }

    private StreamPump.@Nullable End state() {
        return failed ? StreamPump.End.FAILED : done ? StreamPump.End.DONE : null;
    }

    @Override
    public void event(byte[] data, int from, int to) {
        if (done || failed) {
            return;
        }
        scan.scan(data, from, to);
        boolean again = answer.isFinished();
        if (scan.isDone()) {
            done = answer.isFinished();
            failed = !done;
        } else if (scan.isError()) {
            failed = true;
        } else {
            account();
        }
        // A replica that was asked only for what follows the last token repeats the finish_reason.
        if (!failed && !(again && scan.isFinished())) {
            append(data, from, to);
        }
    }

    private void account() {
        answer.read(scan);
        if (scan.hasText()) {
            token = true;
            request.token(now);
        }
        request.usage(scan.promptTokens(), scan.completionTokens());
    }

    private void append(byte[] data, int from, int to) {
        int need = length + to - from + 8;
        if (need > out.length) {
            out = Arrays.copyOf(out, need * 2);
        }
        out[length++] = 'd';
        out[length++] = 'a';
        out[length++] = 't';
        out[length++] = 'a';
        out[length++] = ':';
        out[length++] = ' ';
        if (answer.hidesIds() && !scan.isDone()) {
            length = scan.copyWithoutTokenIds(data, from, to, out, length);
        } else {
            System.arraycopy(data, from, out, length, to - from);
            length += to - from;
        }
        out[length++] = '\n';
        out[length++] = '\n';
    }

    private boolean hasBegun() {
        return request.exchange().isStarted();
    }

    private void flush() throws ClientLeftException {
        HttpExchange exchange = request.exchange();
        if (length == 0 || (!exchange.isStarted() && !token && !answer.isFinished())) {
            return;
        }
        if (!attempt.hasToken()) {
            dispatcher.firstToken(attempt);
        }
        boolean continuable = answer.isContinuable();
        if (continuable && answer.isByPrompt()) {
            attempt.keepRevision();
        }
        attempt.movable(continuable);
        attempt.held();
        try {
            if (exchange.isStarted()) {
                exchange.stream(out, length);
            } else {
                exchange.startStream(200, ServerSentEvents.MEDIA_TYPE, headers, out, length);
            }
        } catch (IOException e) {
            throw new ClientLeftException(e);
        }
        length = 0;
        if (!exchange.isHolding()) {
            attempt.taken(nanos.getAsLong());
        }
    }

    private void end() throws ClientLeftException {
        try {
            request.exchange().endStream();
        } catch (IOException e) {
            throw new ClientLeftException(e);
        }
    }

    // The connection, or the events, ended before their time.
    private AttemptResult ended(AttemptResult.Cause cause) throws ClientLeftException {
        Attempt.Abort aborted = attempt.aborted();
        if (aborted == Attempt.Abort.CANCELLED) {
            throw new ClientLeftException(null);
        }
        if (!hasBegun()) {
            answer.restart();
            return AttemptResult.retry(
                    causeOf(aborted, cause), "The replica's stream ended before its first token.");
        }
        if (answer.isFinished() && finish()) {
            return new AttemptResult.Final(Outcome.succeeded());
        }
        String obstacle = answer.obstacle();
        return obstacle == null
                ? AttemptResult.retry(causeOf(aborted, cause), LOST)
                : new AttemptResult.Final(breakOff(request, obstacle));
    }

    // All of the answer is here. Its usage may be lost; false: only an engine knows that.
    private boolean finish() throws ClientLeftException {
        if (answer.lacksUsage()) {
            byte[] usage = answer.usage();
            if (usage == null) {
                return false;
            }
            scan.scan(usage, 0, usage.length);
            account();
            append(usage, 0, usage.length);
            flush();
        }
        send(request, ServerSentEvents.done());
        return true;
    }

    /** Ends a stream that has begun and that no other replica can go on with. */
    static Outcome breakOff(RequestProgress request, String obstacle) throws ClientLeftException {
        String why = LOST + " No other can go on with it: " + obstacle + ".";
        return breakOff(request, OpenAiError.server(502, REPLICA_LOST, why));
    }

    /** Ends a stream that has begun and cannot be finished, by an error that says why. */
    static Outcome breakOff(RequestProgress request, @Nullable OpenAiError why)
            throws ClientLeftException {
        OpenAiError error = why == null ? OpenAiError.server(502, REPLICA_LOST, LOST) : why;
        send(request, ServerSentEvents.event(error.toJson()));
        return Outcome.broken(error.type());
    }

    private static void send(RequestProgress request, byte[] lastEvent) throws ClientLeftException {
        try {
            request.exchange().stream(lastEvent, lastEvent.length);
            request.exchange().endStream();
        } catch (IOException e) {
            throw new ClientLeftException(e);
        }
    }

    static AttemptResult.Cause causeOf(
            Attempt.@Nullable Abort aborted, AttemptResult.Cause otherwise) {
        return switch (aborted) {
            case null -> otherwise;
            case MOVED, STALLED -> AttemptResult.Cause.HUNG;
            case DEADLINE -> AttemptResult.Cause.DEADLINE;
            case CANCELLED -> otherwise;
        };
    }
}
