package dev.keelson.serving.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EngineScraperTest {
    private final EngineScraper scraper =
            new EngineScraper(EngineMetricNames.VLLM, ScrapeLimits.DEFAULT);

    private EngineScrape read(String text) throws IOException {
        return scraper.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void setsNonsenseAsideWithACount() throws IOException {
        var scrape =
                read(
                        """
                        vllm:num_requests_running NaN
                        vllm:num_requests_waiting -3
                        vllm:kv_cache_usage_perc 1.7
                        vllm:generation_tokens_total +Inf
                        vllm:prompt_tokens_total 12
                        """);
        assertThat(scrape.problems()).isEqualTo(4);
        assertThat(scrape.values()).containsOnlyKeys(EngineMetric.PROMPT_TOKENS);
    }

    @Test
    void setsAFallenCounterAsideOnceAndCountsOnFromIt() throws IOException {
        assertThat(read("vllm:generation_tokens_total 500\n").generationTokensTotal())
                .isEqualTo(500);
        var reset = read("vllm:generation_tokens_total 3\n");
        assertThat(reset.generationTokensTotal()).isNull();
        assertThat(reset.problems()).isEqualTo(1);
        var after = read("vllm:generation_tokens_total 9\n");
        assertThat(after.generationTokensTotal()).isEqualTo(9);
        assertThat(after.problems()).isZero();
    }

    @Test
    void sumsRanksButTakesTheFullestCache() throws IOException {
        var scrape =
                read(
                        """
                        vllm:num_requests_running{engine="0"} 2
                        vllm:num_requests_running{engine="1"} 5
                        vllm:kv_cache_usage_perc{engine="0"} 0.2
                        vllm:kv_cache_usage_perc{engine="1"} 0.9
                        """);
        assertThat(scrape.running()).isEqualTo(7);
        assertThat(scrape.kvUse()).isEqualTo(0.9);
    }

    @Test
    void aSumWithABrokenPartIsUnknown() throws IOException {
        var scrape =
                read(
                        """
                        vllm:num_requests_running{engine="0"} 2
                        vllm:num_requests_running{engine="1"} NaN
                        """);
        assertThat(scrape.running()).isNull();
        assertThat(scrape.problems()).isEqualTo(1);
    }

    @Test
    void doesNotCountAbortedRequestsAsSucceeded() throws IOException {
        var scrape =
                read(
                        """
                        vllm:request_success_total{finished_reason="stop"} 2
                        vllm:request_success_total{finished_reason="length"} 3
                        vllm:request_success_total{finished_reason="abort"} 100
                        """);
        assertThat(scrape.succeededTotal()).isEqualTo(5);
    }
}
