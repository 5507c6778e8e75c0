package dev.keelson.gateway;

import dev.keelson.gateway.http.HttpListener;
import dev.keelson.gateway.http.HttpTimeouts;
import dev.keelson.gateway.loop.EventLoop;
import dev.keelson.gateway.record.RequestRecords;
import dev.keelson.gateway.route.DeploymentSnapshot;
import dev.keelson.gateway.route.Dispatcher;
import dev.keelson.gateway.route.RetryBudget;
import dev.keelson.gateway.route.RoutingSettings;
import dev.keelson.gateway.serve.CompletionService;
import dev.keelson.gateway.serve.Fingerprints;
import dev.keelson.gateway.serve.GatewayMetrics;
import dev.keelson.gateway.serve.GatewayRoutes;
import dev.keelson.gateway.serve.PoisonLedger;
import dev.keelson.gateway.serve.RequestIds;
import dev.keelson.gateway.session.RoutingTableStore;
import dev.keelson.gateway.tenant.TenantGate;
import dev.keelson.serving.openai.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/**
 * The data path, wired: everything that serves without the control plane. Starts no thread of its
 * own.
 */
final class Gateway {
    /**
     * Retries per 10 s that are always allowed: more than every request in flight on a few engines
     * that die at once.
     */
    private static final int RETRY_FLOOR = 128;

    /** What {@link #tick} is called every. */
    static final int TICK_MILLIS = 100;

    /** Ticks between two looks of the dispatcher at its queues; the control session's too. */
    static final int DISPATCH_TICKS = 2;

    private static final int SECOND_TICKS = 10;

    private final Dispatcher dispatcher;
    private final EventLoop loop = EventLoop.open();
    private final HttpListener listener;
    private final RoutingTableStore tables;
    private final PoisonLedger poison = new PoisonLedger();
    private final TenantGate tenants = new TenantGate(System::nanoTime);

    Gateway(
            InetSocketAddress address,
            Path data,
            int queueLimit,
            RoutingSettings routing,
            Duration deadline,
            RequestRecords records,
            Fingerprints fingerprints,
            InstantSource clock)
            throws IOException {
        Files.createDirectories(data);
        dispatcher = new Dispatcher(System::nanoTime, queueLimit, routing);
        tables =
                new RoutingTableStore(
                        data.resolve("routes.pb"),
                        table -> {
                            tenants.update(table);
                            dispatcher.update(table);
                        });
        tables.restore();
        GatewayMetrics metrics = new GatewayMetrics();
        CompletionService completions =
                new CompletionService(
                        new CompletionService.Parts(
                                dispatcher,
                                tenants,
                                new RetryBudget(clock, RETRY_FLOOR),
                                records,
                                metrics,
                                fingerprints,
                                poison,
                                new RequestIds()),
                        deadline,
                        System::nanoTime);
        listener =
                HttpListener.bind(
                        address,
                        loop,
                        new GatewayRoutes(completions, dispatcher, tenants, metrics, clock),
                        HttpTimeouts.USUAL,
                        Json.MAX_BODY_BYTES);
        gauges(metrics, records);
    }

    private void gauges(GatewayMetrics metrics, RequestRecords records) {
        metrics.gauge(
                "keelson_gateway_in_flight",
                "Requests sent to a replica and not finished.",
                dispatcher,
                d -> d.snapshot().stream().mapToInt(DeploymentSnapshot::inFlight).sum());
        metrics.gauge(
                "keelson_gateway_queued",
                "Requests that wait for a replica.",
                dispatcher,
                d -> d.snapshot().stream().mapToInt(DeploymentSnapshot::queued).sum());
        metrics.gauge(
                "keelson_gateway_ejected_replicas",
                "Replicas that get no requests because they failed too much.",
                dispatcher,
                Dispatcher::ejected);
        metrics.gauge(
                "keelson_gateway_connections",
                "Client connections open.",
                listener,
                HttpListener::open);
        metrics.gauge(
                "keelson_gateway_heap_used_bytes",
                "Java heap in use, with what is dead and not collected yet.",
                Runtime.getRuntime(),
                heap -> heap.totalMemory() - heap.freeMemory());
        metrics.gauge(
                "keelson_gateway_kafka_configured",
                "1 where records go to Kafka, 0 in a fleet without it: they stay in the spool.",
                records,
                r -> r.isPublished() ? 1 : 0);
        metrics.gauge(
                "keelson_gateway_spooled_records",
                "Records on disk that Kafka has not acknowledged.",
                records,
                r -> r.state().getSpooled());
        metrics.gauge(
                "keelson_gateway_dropped_records",
                "Records lost to the spool's bound since the data folder was made.",
                records,
                r -> r.state().getDropped());
    }

    /**
     * What has to be done though nothing arrives: queues, waits, and idle connections.
     *
     * @param tick how many came before, {@link #TICK_MILLIS} apart
     */
    void tick(long tick) {
        if (tick % DISPATCH_TICKS == 0) {
            dispatcher.tick();
        }
        if (tick % SECOND_TICKS == 0) {
            listener.tick();
        }
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    HttpListener listener() {
        return listener;
    }

    /** Moves the streams; needs a thread of its own. */
    EventLoop loop() {
        return loop;
    }

    RoutingTableStore tables() {
        return tables;
    }

    TenantGate tenants() {
        return tenants;
    }

    PoisonLedger poison() {
        return poison;
    }
}
