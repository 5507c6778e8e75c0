package dev.keelson.gateway.serve;

import dev.keelson.protocol.v1.Completion;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.ToDoubleFunction;

/** What the gateway counts of itself, in Prometheus' text. Thread-safe. */
public final class GatewayMetrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter requests =
            Counter.builder()
                    .name("keelson_gateway_requests_total")
                    .help("Requests to completion endpoints that ended, by outcome.")
                    .labelNames("outcome")
                    .register(registry);
    private final Counter retries =
            Counter.builder()
                    .name("keelson_gateway_retries_total")
                    .help("Attempts after the first, by what made them necessary.")
                    .labelNames("cause")
                    .register(registry);
    private final Counter continued =
            Counter.builder()
                    .name("keelson_gateway_streams_continued_total")
                    .help("Times that a stream whose replica was lost went on to another.")
                    .register(registry);
    private final Counter tokens =
            Counter.builder()
                    .name("keelson_gateway_output_tokens_total")
                    .help("Tokens passed to clients.")
                    .register(registry);
    private final Histogram firstToken =
            Histogram.builder()
                    .name("keelson_gateway_ttft_seconds")
                    .help("Time from a request's arrival to its first token.")
                    .classicOnly()
                    .classicUpperBounds(.02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60)
                    .register(registry);

    private final Counter tenantRequests =
            Counter.builder()
                    .name("keelson_gateway_tenant_requests_total")
                    .help("Requests of a tenant that were let in and ended, by outcome.")
                    .labelNames("tenant", "outcome")
                    .register(registry);
    private final Counter tenantLimited =
            Counter.builder()
                    .name("keelson_gateway_tenant_limited_total")
                    .help("Requests that a limit of their tenant kept out.")
                    .labelNames("tenant", "limit")
                    .register(registry);
    private final Counter tenantTokens =
            Counter.builder()
                    .name("keelson_gateway_tenant_tokens_total")
                    .help("Tokens of a tenant's requests, prompt or output.")
                    .labelNames("tenant", "kind")
                    .register(registry);

    /** A value that is asked for at each scrape. */
    public <T> void gauge(String name, String help, T of, ToDoubleFunction<T> value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.applyAsDouble(of)))
                .register(registry);
    }

    void ended(Completion completion) {
        requests.labelValues(completion.getOutcome().name().toLowerCase(java.util.Locale.ROOT))
                .inc();
        if (completion.hasTtftSeconds()) {
            firstToken.observe(completion.getTtftSeconds());
        }
        if (completion.getOutputTokens() > 0) {
            tokens.inc(completion.getOutputTokens());
        }
    }

    /** A request of a tenant that was let in. */
    void ended(String tenant, Outcome outcome, int promptTokens, int outputTokens) {
        tenantRequests
                .labelValues(tenant, outcome.kind().name().toLowerCase(java.util.Locale.ROOT))
                .inc();
        tenantTokens.labelValues(tenant, "prompt").inc(promptTokens);
        tenantTokens.labelValues(tenant, "output").inc(outputTokens);
    }

    /** A request that a limit of its tenant kept out. */
    void limited(String tenant, String limit) {
        tenantLimited.labelValues(tenant, limit).inc();
    }

    void retried(AttemptResult.Cause cause) {
        retries.labelValues(cause.name().toLowerCase(java.util.Locale.ROOT)).inc();
    }

    void continued() {
        continued.inc();
    }

    /** The exposition, UTF-8. */
    public byte[] text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
