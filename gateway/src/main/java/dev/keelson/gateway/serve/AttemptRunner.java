package dev.keelson.gateway.serve;

import dev.keelson.gateway.route.Attempt;
import dev.keelson.gateway.route.Dispatcher;
import dev.keelson.gateway.serve.AttemptResult.Cause;
import dev.keelson.gateway.upstream.UpstreamConnection;
import dev.keelson.gateway.upstream.UpstreamPool;
import dev.keelson.gateway.upstream.UpstreamResponse;
import dev.keelson.serving.openai.ChunkScan;
import dev.keelson.serving.openai.Detokenization;
import dev.keelson.serving.openai.OpenAiError;
import dev.keelson.serving.openai.RequestHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Sends one request to one replica and passes the answer on. Thread-safe: keeps no state. */
final class AttemptRunner {
    private static final int MAX_ANSWER_BYTES = 8 << 20;

    // A kept connection that the engine closed meanwhile shows at once; a failure later than this
    // is the engine's.
    private static final long STALE_NANOS = Duration.ofMillis(50).toNanos();

    // The kernel closes a killed process's descriptors one by one; its port may outlive our
    // connection by a moment.
    private static final long DEATH_SETTLES_NANOS = Duration.ofMillis(20).toNanos();

    private final Dispatcher dispatcher;
    private final LongSupplier nanos;

    AttemptRunner(Dispatcher dispatcher, LongSupplier nanos) {
        this.dispatcher = dispatcher;
        this.nanos = nanos;
    }

    AttemptResult run(RequestProgress request, Attempt attempt) throws ClientLeftException {
        UpstreamPool pool = attempt.pool();
        UpstreamConnection connection;
        try {
            // A request that may kill gets a connection of its own: then it is certain whether the
            // replica had it.
            connection = attempt.isSuspect() ? pool.open() : pool.take();
        } catch (IOException e) {
            return AttemptResult.retry(Cause.UNREACHABLE, "The replica could not be reached.");
        }
        AttemptResult result = exchange(request, attempt, connection);
        if (result == null) {
            try {
                connection = pool.open();
            } catch (IOException e) {
                // It died just before or just after the request reached it: taken for the worse of
                // the two.
                return AttemptResult.retry(Cause.DIED, "The replica was lost before it answered.");
            }
            result = exchange(request, attempt, connection);
        }
        return result == null
                ? AttemptResult.retry(Cause.FAILED, "The replica closed the connection.")
                : confirmed(result, pool);
    }

    // Null: a kept connection had been closed, the engine never saw the request.
    private @Nullable AttemptResult exchange(
            RequestProgress request, Attempt attempt, UpstreamConnection connection)
            throws ClientLeftException {
        long sent = nanos.getAsLong();
        attempt.attach(connection);
        try {
            String headers = headers(request);
            if (request.hasBegun()) {
                AttemptResult unsettled = settle(request, attempt, connection, headers);
                if (unsettled != null) {
                    return unsettled;
                }
            }
            connection.post(attempt.pool().basePath() + request.path(), headers, request.body());
            UpstreamResponse head = connection.readHead();
            return answer(request, attempt, connection, head);
        } catch (IOException e) {
            Attempt.Abort aborted = attempt.aborted();
            if (aborted == Attempt.Abort.CANCELLED) {
                throw new ClientLeftException(e);
            }
            boolean stale =
                    connection.isUsed()
                            && !connection.isAnswered()
                            && nanos.getAsLong() - sent < STALE_NANOS;
            if (aborted == null && stale) {
                return null;
            }
            return AttemptResult.retry(
                    StreamRelay.causeOf(aborted, Cause.DIED),
                    "The replica was lost before it answered.");
        } finally {
            attempt.detach();
            attempt.pool().giveBack(connection);
        }
    }

    // Null: it is known up to which token the client has the text.
    private @Nullable AttemptResult settle(
            RequestProgress request, Attempt attempt, UpstreamConnection connection, String headers)
            throws IOException, ClientLeftException {
        AnswerSoFar answer = request.answer();
        for (byte[] ask = answer.question(); ask != null; ask = answer.question()) {
            connection.post(attempt.pool().basePath() + Detokenization.PATH, headers, ask);
            UpstreamResponse head = connection.readHead();
            byte[] said = readWhole(connection, attempt);
            if (head.status() != 200 || said == null || !answer.settle(said)) {
                return AttemptResult.retry(
                        causeOf(head.status(), said == null ? new byte[0] : said),
                        "The replica does not tell the text of tokens.");
            }
        }
        String obstacle = answer.obstacle();
        return obstacle == null
                ? null
                : new AttemptResult.Final(StreamRelay.breakOff(request, obstacle));
    }

    private String headers(RequestProgress request) {
        StringBuilder lines =
                new StringBuilder(96).append("X-Request-Id: ").append(request.id()).append("\r\n");
        if (!request.hasBegun()) {
            long left = request.ticket().deadlineNanos() - nanos.getAsLong();
            lines.append(RequestHeaders.DEADLINE)
                    .append(": ")
                    .append(Math.max(1, left / 1_000_000))
                    .append("\r\n");
        }
        String trace = request.exchange().request().header("traceparent");
        if (trace != null && trace.matches("[0-9a-f-]{1,64}")) {
            lines.append("traceparent: ").append(trace).append("\r\n");
        }
        return lines.toString();
    }

    private AttemptResult answer(
            RequestProgress request,
            Attempt attempt,
            UpstreamConnection connection,
            UpstreamResponse head)
            throws IOException, ClientLeftException {
        boolean begun = request.hasBegun();
        if (head.status() == 200 && head.isEventStream()) {
            return request.answer().accepts(head, begun)
                    ? new StreamRelay(
                                    request,
                                    attempt,
                                    connection,
                                    dispatcher,
                                    nanos,
                                    clientHeaders(request, "no-cache"))
                            .relay()
                    : AttemptResult.retry(Cause.FAILED, "The replica did not continue the stream.");
        }
        byte[] body = readWhole(connection, attempt);
        if (body == null) {
            return AttemptResult.retry(Cause.FAILED, "The replica's answer is too large.");
        }
        if (head.status() == 200 && !begun) {
            return passAnswer(request, attempt, body);
        }
        Cause cause = causeOf(head.status(), body);
        boolean refused = head.status() >= 400 && head.status() < 500;
        if (refused && cause != Cause.BUSY && !begun) {
            return passRefusal(request, head.status(), body);
        }
        return AttemptResult.retry(cause, "The replica answered %d.".formatted(head.status()));
    }

    // An engine that refuses for want of room has not failed: another, or itself later, may take
    // the request.
    private static Cause causeOf(int status, byte[] body) {
        if (status == 429) {
            return Cause.BUSY;
        }
        String text = status == 503 ? new String(body, StandardCharsets.UTF_8) : "";
        if (text.contains("\"draining\"") || text.contains("\"sleeping\"")) {
            return Cause.DRAINING;
        }
        return text.contains("\"deadline\"") ? Cause.BUSY : Cause.FAILED;
    }

    private byte @Nullable [] readWhole(UpstreamConnection connection, Attempt attempt)
            throws IOException {
        byte[] body = {};
        byte[] part = new byte[4096];
        int length = 0;
        for (int read = connection.read(part); read >= 0; read = connection.read(part)) {
            attempt.progress(nanos.getAsLong());
            if (length + read > MAX_ANSWER_BYTES) {
                return null;
            }
            if (length + read > body.length) {
                body = Arrays.copyOf(body, Math.max(body.length * 2, length + read));
            }
            System.arraycopy(part, 0, body, length, read);
            length += read;
        }
        return length == body.length ? body : Arrays.copyOf(body, length);
    }

    private AttemptResult passAnswer(RequestProgress request, Attempt attempt, byte[] body)
            throws ClientLeftException {
        ChunkScan scan = new ChunkScan();
        scan.scan(body, 0, body.length);
        if (scan.isError() || !scan.isFinished()) {
            return AttemptResult.retry(Cause.FAILED, "The replica's answer is incomplete.");
        }
        if (scan.hasText()) {
            request.token(nanos.getAsLong());
        }
        request.usage(scan.promptTokens(), scan.completionTokens());
        dispatcher.firstToken(attempt);
        respond(request, 200, body);
        return new AttemptResult.Final(Outcome.succeeded());
    }

    private static AttemptResult passRefusal(RequestProgress request, int status, byte[] body)
            throws ClientLeftException {
        ChunkScan scan = new ChunkScan();
        scan.scan(body, 0, body.length);
        OpenAiError plain =
                new OpenAiError(
                        status,
                        "The engine refused the request.",
                        "invalid_request_error",
                        null,
                        null);
        respond(request, status, scan.isError() ? body : plain.toJson());
        return new AttemptResult.Final(
                new Outcome(
                        dev.keelson.protocol.v1.Completion.Outcome.REFUSED,
                        status,
                        "engine_refused"));
    }

    private static void respond(RequestProgress request, int status, byte[] body)
            throws ClientLeftException {
        try {
            request.exchange()
                    .respond(status, "application/json", clientHeaders(request, "no-store"), body);
        } catch (IOException e) {
            throw new ClientLeftException(e);
        }
    }

    static Map<String, String> clientHeaders(RequestProgress request, String cache) {
        return Map.of("Keelson-Request-Id", request.id(), "Cache-Control", cache);
    }

    // One connection that ends is not yet a death: the engine's port tells.
    private AttemptResult confirmed(AttemptResult result, UpstreamPool pool) {
        if (!(result instanceof AttemptResult.Retry retry) || retry.cause() != Cause.DIED) {
            return result;
        }
        LockSupport.parkNanos(DEATH_SETTLES_NANOS);
        try {
            pool.open().close();
            return new AttemptResult.Retry(Cause.FAILED, retry.error());
        } catch (IOException e) {
            return result;
        }
    }
}
