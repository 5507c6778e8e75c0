package dev.keelson.runtime.http;

import dev.keelson.runtime.engine.EngineListener;
import dev.keelson.runtime.engine.EngineLoad;
import dev.keelson.runtime.engine.FinishReason;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The metrics page, in vLLM's names where the meaning is the same. */
public final class EngineMetrics implements EngineListener {
    private static final double[] FIRST_TOKEN = {
        .001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
    };
    private static final double[] NEXT_TOKEN = {
        .001, .0025, .005, .01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5, 5
    };
    private static final double[] WHOLE = {
        .05, .1, .3, .5, .8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final String model;
    private final CounterDataPoint promptTokens;
    private final CounterDataPoint generatedTokens;
    private final DistributionDataPoint firstToken;
    private final DistributionDataPoint nextToken;
    private final DistributionDataPoint whole;
    private final Info info;
    private final Map<FinishReason, CounterDataPoint> finished = new EnumMap<>(FinishReason.class);

    /**
     * @param model value of the label {@code model_name}
     */
    public EngineMetrics(String model) {
        this.model = model;
        promptTokens = counter("vllm:prompt_tokens_total", "Prompt tokens read.");
        generatedTokens = counter("vllm:generation_tokens_total", "Tokens generated.");
        firstToken =
                histogram(
                        "vllm:time_to_first_token_seconds",
                        "Submission to first token.",
                        FIRST_TOKEN);
        nextToken =
                histogram(
                        "vllm:inter_token_latency_seconds",
                        "Time between two tokens of a request.",
                        NEXT_TOKEN);
        whole = histogram("vllm:e2e_request_latency_seconds", "Submission to last token.", WHOLE);
        Counter success =
                Counter.builder()
                        .name("vllm:request_success_total")
                        .help("Requests that ended, by reason.")
                        .labelNames("model_name", "finished_reason")
                        .register(registry);
        for (FinishReason reason : FinishReason.values()) {
            finished.put(reason, success.labelValues(model, reason.wire()));
        }
        info =
                Info.builder()
                        .name("keelson_engine_info")
                        .help(
                                "What this engine is; paced means that steps take a minimum time or the start an extra one.")
                        .labelNames("engine", "paced")
                        .register(registry);
        paced(false);
    }

    /** Says whether steps are slowed down to a minimum time, or the start was. */
    public void paced(boolean paced) {
        info.setLabelValues("gpu-runtime", Boolean.toString(paced));
    }

    /** Adds what is read from the engine when somebody asks. */
    public void observe(Supplier<EngineLoad> load) {
        gauge("vllm:num_requests_running", "Requests in the batch.", load, EngineLoad::running);
        gauge(
                "vllm:num_requests_waiting",
                "Requests not yet in the batch.",
                load,
                EngineLoad::waiting);
        gauge(
                "vllm:kv_cache_usage_perc",
                "Part of the key-value cache in use, 0 to 1.",
                load,
                EngineLoad::cacheUsage);
        gauge(
                "keelson_engine_kv_blocks",
                "Blocks of the key-value cache.",
                load,
                EngineLoad::totalBlocks);
        gauge(
                "keelson_engine_kv_blocks_free",
                "Blocks of the key-value cache that are free.",
                load,
                EngineLoad::freeBlocks);
        gauge(
                "keelson_engine_kv_blocks_used",
                "Blocks of the key-value cache that requests hold.",
                load,
                EngineLoad::usedBlocks);
        gauge(
                "keelson_engine_draft_blocks",
                "Blocks of the draft model's cache in use.",
                load,
                EngineLoad::draftBlocks);
        counter(
                "vllm:num_preemptions_total",
                "Requests that lost their blocks.",
                load,
                EngineLoad::preemptions);
        counter(
                "vllm:spec_decode_num_drafts_total",
                "Steps of a sequence with guessed tokens.",
                load,
                l -> l.speculation().drafts());
        counter(
                "vllm:spec_decode_num_draft_tokens_total",
                "Tokens that were guessed.",
                load,
                l -> l.speculation().draftTokens());
        counter(
                "vllm:spec_decode_num_accepted_tokens_total",
                "Guessed tokens that were chosen.",
                load,
                l -> l.speculation().acceptedTokens());
        counter(
                "vllm:prefix_cache_queries_total",
                "Prompt tokens looked up in the prefix cache.",
                load,
                EngineLoad::queriedTokens);
        counter(
                "vllm:prefix_cache_hits_total",
                "Prompt tokens found in the prefix cache.",
                load,
                EngineLoad::foundTokens);
        counter(
                "keelson_engine_model_seconds_total",
                "Time inside the model.",
                load,
                l -> l.modelNanos() / 1e9);
        counter(
                "keelson_engine_step_seconds_total",
                "Time of steps, waiting for their least time not counted.",
                load,
                l -> l.stepNanos() / 1e9);
        gauge(
                "keelson_engine_expected_first_token_seconds",
                "What a request that came now would wait for its first token.",
                load,
                l -> l.firstTokenNanos() / 1e9);
        GaugeWithCallback.builder()
                .name("vllm:engine_sleep_state")
                .help("1 for the state that the engine is in.")
                .labelNames("model_name", "sleep_state")
                .callback(callback -> {
                    boolean asleep = load.get().asleep();
                    callback.call(asleep ? 0 : 1, model, "awake");
                    callback.call(asleep ? 1 : 0, model, "discard_all");
                })
                .register(registry);
        counter("keelson_engine_steps_total", "Steps of the decoder.", load, EngineLoad::steps);
    }

    /** Adds how many sequences one step may have, as the knob stands now. */
    public void places(IntSupplier places) {
        GaugeWithCallback.builder()
                .name("keelson_engine_max_num_seqs")
                .help("Sequences in one batch at most, as the knob stands now.")
                .labelNames("model_name")
                .callback(callback -> callback.call(places.getAsInt(), model))
                .register(registry);
    }

    /** Adds vLLM's gauge of adapters: its labels name them, its value is the time. */
    public void adapters(Supplier<EngineLoad> load, int most, InstantSource clock) {
        GaugeWithCallback.builder()
                .name("vllm:lora_requests_info")
                .help("Adapters of requests in the batch and not yet in it; the value is the time.")
                .labelNames("max_lora", "waiting_lora_adapters", "running_lora_adapters")
                .callback(callback -> {
                    EngineLoad now = load.get();
                    callback.call(
                            clock.millis() / 1e3,
                            Integer.toString(most),
                            String.join(",", now.waitingAdapters()),
                            String.join(",", now.runningAdapters()));
                })
                .register(registry);
    }

    /** The page in Prometheus' text format. */
    byte[] page() throws IOException {
        var out = new ByteArrayOutputStream(8192);
        writer.write(out, registry.scrape());
        return out.toByteArray();
    }

    /** Content-Type of the page. */
    String contentType() {
        return writer.getContentType();
    }

    @Override
    public void promptTokens(int count) {
        promptTokens.inc(count);
    }

    @Override
    public void firstToken(long nanos) {
        generatedTokens.inc();
        firstToken.observe(nanos / 1e9);
    }

    @Override
    public void nextToken(long nanos) {
        generatedTokens.inc();
        nextToken.observe(nanos / 1e9);
    }

    @Override
    public void finished(FinishReason reason, long nanos) {
        CounterDataPoint counter = finished.get(reason);
        if (counter != null) {
            counter.inc();
        }
        whole.observe(nanos / 1e9);
    }

    private CounterDataPoint counter(String name, String help) {
        return Counter.builder()
                .name(name)
                .help(help)
                .labelNames("model_name")
                .register(registry)
                .labelValues(model);
    }

    private DistributionDataPoint histogram(String name, String help, double[] bounds) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .labelNames("model_name")
                .classicOnly()
                .classicUpperBounds(bounds)
                .register(registry)
                .labelValues(model);
    }

    private void gauge(
            String name,
            String help,
            Supplier<EngineLoad> load,
            ToDoubleFunction<EngineLoad> value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("model_name")
                .callback(callback -> callback.call(value.applyAsDouble(load.get()), model))
                .register(registry);
    }

    private void counter(
            String name,
            String help,
            Supplier<EngineLoad> load,
            ToDoubleFunction<EngineLoad> value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("model_name")
                .callback(callback -> callback.call(value.applyAsDouble(load.get()), model))
                .register(registry);
    }
}
