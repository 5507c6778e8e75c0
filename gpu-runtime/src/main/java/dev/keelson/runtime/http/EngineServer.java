package dev.keelson.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.knobs.Knob;
import dev.keelson.runtime.knobs.KnobValues;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.Json;
import dev.keelson.serving.openai.OpenAiError;
import dev.keelson.serving.openai.OpenAiResponses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's HTTP interface. The JDK's server on virtual threads: it starts in milliseconds and
 * brings no megabytes.
 */
public final class EngineServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineServer.class);
    private static final OpenAiError DRAINING =
            OpenAiError.server(
                    503, "draining", "This engine takes no new requests: it is being drained.");
    private static final long LONGEST_DRAIN_MILLIS = 86_400_000;
    private static final OpenAiError NO_ROUTE =
            new OpenAiError(
                    404,
                    "There is no such route here.",
                    "invalid_request_error",
                    null,
                    "not_found");
    private static final OpenAiError INTERNAL =
            OpenAiError.server(500, "internal_error", "The engine failed to answer this request.");
    private static final OpenAiError STALLED =
            OpenAiError.server(
                    503, "stalled", "Requests are there, but the engine makes no steps.");

    private final Engine engine;
    private final ServedModel model;
    private final EngineMetrics metrics;
    private final RequestReader reader;
    private final Responder responder;
    private final Admission admission;
    private final KnobRoutes knobs;
    private final SleepRoutes sleep;
    private final AdapterRoutes adapters;
    private final AdminGuard guard;
    private final DrainLimit drainLimit = new DrainLimit(System::nanoTime);
    private final long stallNanos;
    private final InstantSource clock;
    private final Consumer<int[]> onPrompt;
    private final HttpServer server;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
    private final AtomicInteger answering = new AtomicInteger();
    private volatile boolean draining;
    private volatile Instant agentSeen;

    @FunctionalInterface
    private interface Parser {
        Job parse(byte[] body, long withinNanos) throws InvalidRequestException;
    }

    /**
     * Binds the address; {@link #start()} serves.
     *
     * @param knobs as the engine was started
     * @param reload makes the model anew after it slept
     * @param guard who may change it
     * @param onPrompt sees each prompt's tokens before it is submitted; for fault injection
     */
    public EngineServer(
            InetSocketAddress address,
            Engine engine,
            ServedModel model,
            EngineMetrics metrics,
            KnobValues knobs,
            Supplier<Decoder> reload,
            InstantSource clock,
            AdminGuard guard,
            Consumer<int[]> onPrompt)
            throws IOException {
        // Without it the JDK's server leaves Nagle's algorithm on, and a token waits 40 ms for an
        // acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        this.engine = engine;
        this.model = model;
        this.metrics = metrics;
        this.clock = clock;
        this.guard = guard;
        this.onPrompt = onPrompt;
        reader = new RequestReader(model, clock);
        responder = new Responder(engine, model);
        admission = new Admission(engine);
        this.knobs = new KnobRoutes(engine, knobs, this::knobsChanged);
        knobsChanged(knobs);
        sleep = new SleepRoutes(engine, reload);
        adapters = new AdapterRoutes(model.adapters());
        stallNanos = TimeUnit.MILLISECONDS.toNanos(knobs.get(Knob.HEALTH_STALL_MS));
        agentSeen = clock.instant();
        server = HttpServer.create(address, 256);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    /** Serves from now on. */
    public void start() {
        server.start();
    }

    /** The port that is bound. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** When the agent was last heard. */
    public Instant agentSeen() {
        return agentSeen;
    }

    /** Refuses new requests from now on. */
    public void drain() {
        draining = true;
    }

    /** By when a drain ends what still runs. */
    public DrainLimit drainLimit() {
        return drainLimit;
    }

    /** Whether a request is still being answered. */
    public boolean isAnswering() {
        return answering.get() > 0;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /**
     * Where a client has left, the exception goes on to the JDK's server: only so does it forget
     * the connection. Closing an exchange whose answer could not be written leaves its socket and
     * its buffers behind.
     */
    private void handle(HttpExchange exchange) throws IOException {
        try {
            if (exchange.getRequestHeaders().containsKey("Keelson-Agent")) {
                agentSeen = clock.instant();
            }
            route(exchange);
        } catch (IOException e) {
            LOG.debug("a client left: {}", e.getMessage());
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // The exception's text may hold a part of a prompt: only its class and place are
            // logged.
            LOG.error(
                    "{} at {}",
                    e.getClass().getName(),
                    e.getStackTrace().length == 0 ? "?" : e.getStackTrace()[0]);
            if (exchange.getResponseCode() < 0) {
                Exchanges.error(exchange, INTERNAL);
            }
        }
        exchange.close();
    }

    private void route(HttpExchange exchange) throws IOException, InterruptedException {
        String method = exchange.getRequestMethod();
        switch (method + " " + exchange.getRequestURI().getPath()) {
            case "GET /health", "GET /healthz" -> health(exchange);
            case "GET /metrics" ->
                    Exchanges.send(exchange, 200, metrics.contentType(), metrics.page());
            case "GET /v1/models" ->
                    Exchanges.json(exchange, 200, OpenAiResponses.models(models(), "keelson"));
            case "GET /admin/knobs" -> Exchanges.json(exchange, 200, knobs.show());
            case "GET /is_sleeping" -> sleep.state(exchange);
            case "POST /v1/completions" -> generate(exchange, reader::completion);
            case "POST /v1/chat/completions" -> generate(exchange, reader::chat);
            case "POST /v1/load_lora_adapter",
                    "POST /v1/unload_lora_adapter",
                    "POST /admin/knobs",
                    "POST /admin/drain",
                    "POST /sleep",
                    "POST /wake_up" ->
                    administer(exchange);
            default -> Exchanges.error(exchange, NO_ROUTE);
        }
    }

    private void administer(HttpExchange exchange) throws IOException, InterruptedException {
        if (!guard.allows(exchange)) {
            Exchanges.error(exchange, AdminGuard.REFUSED);
            return;
        }
        switch (exchange.getRequestURI().getPath()) {
            case "/v1/load_lora_adapter" -> adapters.load(exchange);
            case "/v1/unload_lora_adapter" -> adapters.unload(exchange);
            case "/admin/knobs" -> change(exchange);
            case "/admin/drain" -> drain(exchange);
            case "/sleep" -> sleep.sleep(exchange);
            case "/wake_up" -> sleep.wake(exchange);
            default -> Exchanges.error(exchange, NO_ROUTE);
        }
    }

    /**
     * Takes {@code {"deadline_ms":N}}: nothing new from now on, and what still runs by then ends
     * with a typed error once the process is told to end.
     */
    private void drain(HttpExchange exchange) throws IOException {
        try {
            JsonNode deadline = Json.object(Exchanges.body(exchange)).path("deadline_ms");
            if (!deadline.canConvertToLong()
                    || !deadline.isIntegralNumber()
                    || deadline.asLong() < 0
                    || deadline.asLong() > LONGEST_DRAIN_MILLIS) {
                throw new InvalidRequestException(
                        OpenAiError.invalid(
                                "'deadline_ms' must be 0 to " + LONGEST_DRAIN_MILLIS + ".",
                                "deadline_ms"));
            }
            drainLimit.within(Duration.ofMillis(deadline.asLong()));
            drain();
            Exchanges.json(
                    exchange, 200, "{\"status\":\"draining\"}".getBytes(StandardCharsets.UTF_8));
        } catch (InvalidRequestException e) {
            Exchanges.error(exchange, e.error());
        }
    }

    private List<OpenAiResponses.Model> models() {
        List<OpenAiResponses.Model> all = new ArrayList<>();
        all.add(new OpenAiResponses.Model(model.name(), model.created(), model.root(), null));
        for (AdapterRegistry.Listed adapter : model.adapters().list()) {
            all.add(
                    new OpenAiResponses.Model(
                            adapter.name(),
                            adapter.created(),
                            adapter.path().toString(),
                            model.name()));
        }
        return all;
    }

    private void health(HttpExchange exchange) throws IOException {
        String failure = engine.failure();
        if (draining) {
            Exchanges.error(exchange, DRAINING);
        } else if (failure != null) {
            Exchanges.error(
                    exchange, OpenAiError.server(500, "engine_error", "The last step failed."));
        } else if (engine.stalledNanos() > stallNanos) {
            Exchanges.error(exchange, STALLED);
        } else {
            Exchanges.json(exchange, 200, "{\"status\":\"ok\"}".getBytes(StandardCharsets.UTF_8));
        }
    }

    private void generate(HttpExchange exchange, Parser parser)
            throws IOException, InterruptedException {
        answering.incrementAndGet();
        try {
            long within = Admission.withinNanos(exchange);
            byte[] body = Exchanges.body(exchange);
            if (draining) {
                Exchanges.error(exchange, DRAINING);
                return;
            }
            Job job = parser.parse(body, within);
            Admission.Refusal refusal = admission.refuse(within);
            if (refusal != null) {
                Exchanges.error(exchange, refusal.error(), refusal.retryAfterSeconds());
                return;
            }
            job.prompts().forEach(onPrompt);
            try (AdapterRegistry.Lease lease = model.adapters().lease(job.model())) {
                responder.answer(exchange, job, lease.adapter());
            }
        } catch (InvalidRequestException e) {
            Exchanges.error(exchange, e.error());
        } finally {
            answering.decrementAndGet();
        }
    }

    private void change(HttpExchange exchange) throws IOException {
        try {
            knobs.change(Exchanges.body(exchange));
            Exchanges.json(exchange, 200, knobs.show());
        } catch (InvalidRequestException e) {
            Exchanges.error(exchange, e.error());
        }
    }

    private void knobsChanged(KnobValues values) {
        metrics.paced(values.isPaced());
    }
}
