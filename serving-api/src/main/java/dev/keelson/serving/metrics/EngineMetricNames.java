package dev.keelson.serving.metrics;

import static dev.keelson.serving.metrics.EngineMetric.ASLEEP;
import static dev.keelson.serving.metrics.EngineMetric.GENERATION_TOKENS;
import static dev.keelson.serving.metrics.EngineMetric.KV_USE;
import static dev.keelson.serving.metrics.EngineMetric.PLACES;
import static dev.keelson.serving.metrics.EngineMetric.PREEMPTIONS;
import static dev.keelson.serving.metrics.EngineMetric.PREFIX_HITS;
import static dev.keelson.serving.metrics.EngineMetric.PREFIX_QUERIES;
import static dev.keelson.serving.metrics.EngineMetric.PROMPT_TOKENS;
import static dev.keelson.serving.metrics.EngineMetric.RUNNING;
import static dev.keelson.serving.metrics.EngineMetric.STEPS;
import static dev.keelson.serving.metrics.EngineMetric.SUCCEEDED;
import static dev.keelson.serving.metrics.EngineMetric.WAITING;
import static dev.keelson.serving.metrics.MetricRule.max;
import static dev.keelson.serving.metrics.MetricRule.sum;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * An engine's names for the metrics of {@link EngineMetric}. Where releases renamed a metric its
 * names stand newest first, and the first that a scrape has is taken. What an engine does not print
 * is not in its table, and stays unknown.
 *
 * @param engine engine family
 * @param rules where to look for each metric
 */
public record EngineMetricNames(String engine, Map<EngineMetric, List<MetricRule>> rules) {
    public EngineMetricNames {
        rules = Collections.unmodifiableMap(new EnumMap<>(rules));
    }

    /**
     * vLLM, generations V0 (0.4) to V1 (0.32). V0 reports its prefix cache only as a rate, so both
     * counters are unknown there.
     */
    public static final EngineMetricNames VLLM =
            new EngineMetricNames(
                    "vllm",
                    Map.of(
                            RUNNING, List.of(sum("vllm:num_requests_running")),
                            WAITING, List.of(sum("vllm:num_requests_waiting")),
                            KV_USE,
                                    List.of(
                                            max("vllm:kv_cache_usage_perc"),
                                            max("vllm:gpu_cache_usage_perc")),
                            PROMPT_TOKENS, List.of(sum("vllm:prompt_tokens_total")),
                            GENERATION_TOKENS, List.of(sum("vllm:generation_tokens_total")),
                            PREEMPTIONS, List.of(sum("vllm:num_preemptions_total")),
                            PREFIX_QUERIES, List.of(sum("vllm:prefix_cache_queries_total")),
                            PREFIX_HITS, List.of(sum("vllm:prefix_cache_hits_total")),
                            SUCCEEDED,
                                    List.of(
                                            sum("vllm:request_success_total")
                                                    .without("finished_reason", "abort", "error")),
                            ASLEEP,
                                    List.of(
                                            sum("vllm:engine_sleep_state")
                                                    .without("sleep_state", "awake"))));

    /** gpu-runtime prints vLLM's names, and says what it is set to. */
    public static final EngineMetricNames GPU_RUNTIME =
            new EngineMetricNames(
                    "gpu-runtime",
                    withMore(
                            VLLM.rules(),
                            Map.of(PLACES, List.of(sum("keelson_engine_max_num_seqs")))));

    /** SGLang 0.3 to 0.5. */
    public static final EngineMetricNames SGLANG =
            new EngineMetricNames(
                    "sglang",
                    Map.of(
                            RUNNING,
                                    List.of(
                                            sum("sglang:num_running_reqs"),
                                            sum("sglang:num_requests_running")),
                            WAITING,
                                    List.of(
                                            sum("sglang:num_queue_reqs"),
                                            sum("sglang:num_requests_waiting")),
                            KV_USE, List.of(max("sglang:token_usage")),
                            PROMPT_TOKENS, List.of(sum("sglang:prompt_tokens_total")),
                            GENERATION_TOKENS, List.of(sum("sglang:generation_tokens_total")),
                            PREEMPTIONS, List.of(sum("sglang:num_retractions_total")),
                            PREFIX_HITS, List.of(sum("sglang:cached_tokens_total")),
                            SUCCEEDED, List.of(sum("sglang:e2e_request_latency_seconds_count"))));

    /**
     * llama.cpp's server. The KV share was printed until mid 2025 only. It counts no finished
     * requests.
     */
    public static final EngineMetricNames LLAMA_CPP =
            new EngineMetricNames(
                    "llama.cpp",
                    Map.of(
                            RUNNING, List.of(sum("llamacpp:requests_processing")),
                            WAITING, List.of(sum("llamacpp:requests_deferred")),
                            KV_USE, List.of(max("llamacpp:kv_cache_usage_ratio")),
                            PROMPT_TOKENS, List.of(sum("llamacpp:prompt_tokens_total")),
                            GENERATION_TOKENS, List.of(sum("llamacpp:tokens_predicted_total")),
                            STEPS, List.of(sum("llamacpp:n_decode_total")),
                            PREFIX_HITS, List.of(sum("llamacpp:prompt_tokens_cached_total"))));

    /** Text Generation Inference, by its reference table. */
    public static final EngineMetricNames TGI =
            new EngineMetricNames(
                    "tgi",
                    Map.of(
                            RUNNING, List.of(sum("tgi_batch_current_size")),
                            WAITING, List.of(sum("tgi_queue_size")),
                            PROMPT_TOKENS, List.of(sum("tgi_request_input_length_sum")),
                            GENERATION_TOKENS, List.of(sum("tgi_request_generated_tokens_sum")),
                            SUCCEEDED, List.of(sum("tgi_request_success"))));

    /** Triton Inference Server: requests only, it knows no tokens. */
    public static final EngineMetricNames TRITON =
            new EngineMetricNames(
                    "triton",
                    Map.of(
                            WAITING, List.of(sum("nv_inference_pending_request_count")),
                            SUCCEEDED, List.of(sum("nv_inference_request_success"))));

    private static Map<EngineMetric, List<MetricRule>> withMore(
            Map<EngineMetric, List<MetricRule>> rules, Map<EngineMetric, List<MetricRule>> more) {
        var all = new EnumMap<EngineMetric, List<MetricRule>>(rules);
        all.putAll(more);
        return all;
    }
}
