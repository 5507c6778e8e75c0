package dev.keelson.controlplane;

import dev.keelson.core.plan.Plan;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/** What this control plane measures of itself and of the fleet. Thread-safe. */
final class Metrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter ticks =
            Counter.builder()
                    .name("keelson_control_ticks_total")
                    .help("Steps of the control loop.")
                    .register(registry);
    private final Counter failures =
            Counter.builder()
                    .name("keelson_control_tick_failures_total")
                    .help("Steps of the control loop that ended with an error.")
                    .register(registry);
    private final Counter decisions =
            Counter.builder()
                    .name("keelson_plan_decisions_total")
                    .help("Decisions by their code.")
                    .labelNames("code")
                    .register(registry);
    private final Counter actions =
            Counter.builder()
                    .name("keelson_plan_actions_total")
                    .help("Actions by their type.")
                    .labelNames("action")
                    .register(registry);
    private final Gauge tickSeconds =
            Gauge.builder()
                    .name("keelson_control_tick_seconds")
                    .help("Duration of the newest step.")
                    .register(registry);

    void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    void ticked(Plan plan, Duration took) {
        ticks.inc();
        tickSeconds.set(took.toNanos() / 1e9);
        plan.decisions().forEach(d -> decisions.labelValues(d.code().name()).inc());
        plan.actions().forEach(a -> actions.labelValues(a.getClass().getSimpleName()).inc());
    }

    void tickFailed() {
        failures.inc();
    }

    String text() {
        var out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
