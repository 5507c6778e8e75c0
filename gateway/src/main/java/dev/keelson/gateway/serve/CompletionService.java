package dev.keelson.gateway.serve;

import dev.keelson.core.tenant.TokenWork;
import dev.keelson.gateway.http.HttpExchange;
import dev.keelson.gateway.http.HttpRequest;
import dev.keelson.gateway.record.RequestRecords;
import dev.keelson.gateway.route.Attempt;
import dev.keelson.gateway.route.Claim;
import dev.keelson.gateway.route.Dispatcher;
import dev.keelson.gateway.route.Grant;
import dev.keelson.gateway.route.RetryBudget;
import dev.keelson.gateway.route.Ticket;
import dev.keelson.gateway.serve.AttemptResult.Cause;
import dev.keelson.gateway.tenant.Caller;
import dev.keelson.gateway.tenant.LimitReachedException;
import dev.keelson.gateway.tenant.TenantGate;
import dev.keelson.protocol.Topics;
import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.PoisonReport;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.OpenAiError;
import dev.keelson.serving.openai.OpenAiRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one POST to a completion endpoint, from its arrival record to its completion record.
 * Thread-safe.
 */
public final class CompletionService {
    private static final Logger LOG = LoggerFactory.getLogger(CompletionService.class);
    public static final String COMPLETIONS = "/v1/completions";
    public static final String CHAT = "/v1/chat/completions";

    /** Header with a tenant's key. */
    static final String AUTHORIZATION = "authorization";

    /** What goes with a 401. */
    static final Map<String, String> CHALLENGE = Map.of("WWW-Authenticate", "Bearer");

    // A request without the key of a tenant is nobody's.
    private static final String NOBODY = "";
    private static final int USUAL_RETRY_SECONDS = 1;
    private static final int MOST_ATTEMPTS = 3;
    // Replicas that could not be reached, or said that they leave, are not attempts; still this
    // ends.
    private static final int MOST_PLACES = 12;
    // A client that has a part of its answer waits this long for a replica that continues it.
    private static final Duration RESUME_WITHIN = Duration.ofSeconds(30);

    private final Dispatcher dispatcher;
    private final TenantGate tenants;
    private final RetryBudget budget;
    private final RequestRecords records;
    private final GatewayMetrics metrics;
    private final Fingerprints fingerprints;
    private final PoisonLedger poison;
    private final RequestIds ids;
    private final Intake intake;
    private final LongSupplier nanos;
    private final AttemptRunner runner;

    /** What it works with. */
    public record Parts(
            Dispatcher dispatcher,
            TenantGate tenants,
            RetryBudget budget,
            RequestRecords records,
            GatewayMetrics metrics,
            Fingerprints fingerprints,
            PoisonLedger poison,
            RequestIds ids) {}

    /**
     * @param deadline by when a request must have its first token, unless it says so itself
     */
    public CompletionService(Parts parts, Duration deadline, LongSupplier nanos) {
        this.dispatcher = parts.dispatcher();
        this.tenants = parts.tenants();
        this.budget = parts.budget();
        this.records = parts.records();
        this.metrics = parts.metrics();
        this.fingerprints = parts.fingerprints();
        this.poison = parts.poison();
        this.ids = parts.ids();
        this.intake = new Intake(dispatcher, fingerprints, poison, deadline);
        this.nanos = nanos;
        this.runner = new AttemptRunner(dispatcher, nanos);
    }

    /** Answers and records the request. */
    public void serve(HttpExchange exchange) {
        long arrived = nanos.getAsLong();
        String id = ids.next();
        HttpRequest request = exchange.request();
        budget.request();
        String tenant = NOBODY;
        try {
            Caller caller = tenants.caller(request.header(AUTHORIZATION));
            tenant = caller.name();
            serve(exchange, caller, id, intake.accept(request), arrived);
        } catch (InvalidRequestException e) {
            refuse(id, exchange, tenant, e.error(), USUAL_RETRY_SECONDS, arrived);
        } catch (LimitReachedException e) {
            metrics.limited(tenant, e.limit());
            refuse(id, exchange, tenant, e.error(), e.retryAfterSeconds(), arrived);
        }
    }

    private void serve(
            HttpExchange exchange, Caller caller, String id, Intake.Accepted accepted, long arrived)
            throws LimitReachedException {
        OpenAiRequest asked = accepted.asked();
        // Where tenants are served nobody asks without being counted.
        boolean probe = !tenants.asksForKeys() && accepted.isProbe(exchange.request());
        int prompt = Intake.promptTokens(exchange.request());
        double expected = (double) prompt + accepted.mostOutput();
        caller.enter(expected, nanos.getAsLong());
        double used = expected;
        try {
            Ticket ticket =
                    dispatcher.arrive(
                            accepted.target(),
                            accepted.deadline(),
                            accepted.expectedTokens(),
                            new Claim(
                                    caller.name(),
                                    caller.weight(),
                                    TokenWork.of(prompt, accepted.mostOutput())));
            RequestProgress progress =
                    new RequestProgress(id, exchange, asked, ticket, accepted.choices(), arrived);
            if (!probe) {
                dispatcher.counts(ticket);
                records.arrival(
                        id,
                        accepted.target().deployment(),
                        caller.name(),
                        Intake.arrival(exchange.request(), asked));
            }
            exchange.whenClientGone(() -> dispatcher.cancel(ticket));
            Outcome outcome = placeSafely(progress);
            int read = progress.hasTokens() ? progress.promptTokensOr(prompt) : 0;
            used = (double) read + progress.outputTokens();
            double work = TokenWork.of(read, progress.outputTokens());
            if (outcome.kind() == Completion.Outcome.CANCELLED) {
                exchange.abandon();
            }
            if (probe) {
                dispatcher.ended(ticket, 0, work);
            } else {
                finish(progress, outcome, work);
                metrics.ended(caller.name(), outcome, read, progress.outputTokens());
            }
        } finally {
            caller.leave(expected, used);
        }
    }

    // A defect of this program must not leave a request without its end, neither for the client nor
    // in the records.
    private Outcome placeSafely(RequestProgress request) {
        try {
            return place(request);
        } catch (RuntimeException e) {
            LOG.error("failed to serve {}", request.id(), e);
            request.exchange().abandon();
            return new Outcome(Completion.Outcome.FAILED, 500, "internal_error");
        }
    }

    private Outcome place(RequestProgress request) {
        Ticket ticket = request.ticket();
        try {
            while (request.places() < MOST_PLACES) {
                Grant grant = dispatcher.acquire(ticket);
                Outcome outcome =
                        switch (grant) {
                            case Grant.Refusal refusal -> refused(request, refusal);
                            case Grant.Place place -> attempt(request, place.attempt());
                        };
                if (outcome != null) {
                    return outcome;
                }
            }
            return fail(request, Completion.Outcome.FAILED, noReplica());
        } catch (ClientLeftException e) {
            return Outcome.cancelled();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Outcome.cancelled();
        }
    }

    private static OpenAiError noReplica() {
        return OpenAiError.server(502, "upstream_failed", "No replica could serve this request.");
    }

    private Outcome refused(RequestProgress request, Grant.Refusal refusal)
            throws ClientLeftException {
        return switch (refusal) {
            case CANCELLED -> throw new ClientLeftException(null);
            case UNKNOWN ->
                    fail(
                            request,
                            Completion.Outcome.REFUSED,
                            OpenAiError.modelNotFound(request.asked().model()));
            case QUEUE_FULL ->
                    fail(
                            request,
                            Completion.Outcome.SHED,
                            OpenAiError.server(
                                    429,
                                    "queue_full",
                                    "Too many requests wait; try again shortly."));
            case DEADLINE -> fail(request, Completion.Outcome.SHED, late());
        };
    }

    private static OpenAiError late() {
        return OpenAiError.server(
                503,
                "deadline_exceeded",
                "No replica could begin this request before its deadline.");
    }

    // Null: another place is to be asked for.
    private @Nullable Outcome attempt(RequestProgress request, Attempt attempt)
            throws ClientLeftException {
        request.tried(attempt.replica());
        Attempt.End end = Attempt.End.NEUTRAL;
        try {
            AttemptResult result = runner.run(request, attempt);
            end = endOf(result);
            if (result instanceof AttemptResult.Retry retry) {
                if (retry.cause() == Cause.DIED) {
                    dispatcher.died(attempt);
                }
                return afterFailure(request, retry);
            }
            return ((AttemptResult.Final) result).outcome();
        } finally {
            dispatcher.release(attempt, end);
        }
    }

    private static Attempt.End endOf(AttemptResult result) {
        return switch (result) {
            case AttemptResult.Final ended ->
                    switch (ended.outcome().kind()) {
                        case SUCCEEDED -> Attempt.End.SUCCEEDED;
                        case BROKEN -> Attempt.End.FAILED;
                        default -> Attempt.End.NEUTRAL;
                    };
            case AttemptResult.Retry retry ->
                    switch (retry.cause()) {
                        case DRAINING -> Attempt.End.DRAINING;
                        case BUSY -> Attempt.End.BUSY;
                        case DEADLINE -> Attempt.End.NEUTRAL;
                        case UNREACHABLE, DIED -> Attempt.End.LOST;
                        case FAILED, HUNG -> Attempt.End.FAILED;
                    };
        };
    }

    private @Nullable Outcome afterFailure(RequestProgress request, AttemptResult.Retry retry)
            throws ClientLeftException {
        if (request.ticket().isPoison()) {
            String fingerprint = fingerprints.of(request.exchange().request().body());
            PoisonReport report =
                    PoisonReport.newBuilder()
                            .setFingerprint(fingerprint)
                            .setDeployment(request.ticket().deployment())
                            .addAllReplicas(request.ticket().deadReplicas())
                            .build();
            poison.add(report, nanos.getAsLong());
            return fail(request, Completion.Outcome.FAILED, Intake.poisoned());
        }
        switch (retry.cause()) {
            case DEADLINE -> {
                return fail(request, Completion.Outcome.SHED, late());
            }
            case UNREACHABLE, DRAINING -> request.notTried();
            case BUSY -> request.hadNoRoom();
            case DIED, FAILED, HUNG -> {
                if (request.attempts() >= MOST_ATTEMPTS) {
                    return fail(request, Completion.Outcome.FAILED, retry.error());
                }
                if (!budget.tryRetry()) {
                    return fail(
                            request,
                            Completion.Outcome.FAILED,
                            OpenAiError.server(
                                    503,
                                    "retry_budget_spent",
                                    "Replicas fail; retries are spent."));
                }
            }
        }
        metrics.retried(retry.cause());
        if (request.hasBegun()) {
            metrics.continued();
            dispatcher.resume(request.ticket(), RESUME_WITHIN);
        }
        return null;
    }

    private Outcome fail(RequestProgress request, Completion.Outcome kind, OpenAiError error)
            throws ClientLeftException {
        if (request.hasBegun()) {
            return StreamRelay.breakOff(request, request.ticket().isPoison() ? error : null);
        }
        try {
            respond(request.exchange(), request.id(), error, USUAL_RETRY_SECONDS);
        } catch (IOException e) {
            throw new ClientLeftException(e);
        }
        return new Outcome(kind, error.status(), error.type());
    }

    private void finish(RequestProgress request, Outcome outcome, double work) {
        Completion completion = request.completion(outcome, nanos.getAsLong());
        records.completion(request.id(), completion);
        metrics.ended(completion);
        String deployment = request.ticket().deployment();
        dispatcher.ended(request.ticket(), request.outputTokens(), work);
        if (outcome.kind() == Completion.Outcome.SUCCEEDED && request.asked().options().stream()) {
            dispatcher.observed(deployment, request.firstTokenSeconds(), request.tokenSeconds());
        }
    }

    // Refused before any replica was used: still it came, and still it ended. It is no demand of
    // its deployment: what a limit keeps out, no replica is to be started for.
    private void refuse(
            String id,
            HttpExchange exchange,
            String tenant,
            OpenAiError error,
            int retryAfterSeconds,
            long arrived) {
        records.arrival(id, Topics.UNKNOWN_DEPLOYMENT, tenant, Intake.arrival(exchange.request()));
        try {
            respond(exchange, id, error, retryAfterSeconds);
        } catch (IOException e) {
            exchange.abandon();
        }
        Completion completion =
                Completion.newBuilder()
                        .setOutcome(
                                error.status() == 503 || error.status() == 429
                                        ? Completion.Outcome.SHED
                                        : Completion.Outcome.REFUSED)
                        .setStatus(error.status())
                        .setErrorType(error.type())
                        .setE2ESeconds((nanos.getAsLong() - arrived) / 1e9)
                        .build();
        records.completion(id, completion);
        metrics.ended(completion);
    }

    private static void respond(
            HttpExchange exchange, String id, OpenAiError error, int retryAfterSeconds)
            throws IOException {
        Map<String, String> headers = new HashMap<>(Map.of("Keelson-Request-Id", id));
        if (error.status() == 429 || error.status() == 503) {
            headers.put("Retry-After", Integer.toString(retryAfterSeconds));
        }
        if (error.status() == 401) {
            headers.putAll(CHALLENGE);
        }
        exchange.respond(error.status(), "application/json", headers, error.toJson());
    }
}
