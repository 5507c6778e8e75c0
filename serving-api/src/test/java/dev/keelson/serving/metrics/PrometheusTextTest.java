package dev.keelson.serving.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusTextTest {
    private final List<MetricSample> samples = new ArrayList<>();

    private ScrapeOutcome read(String text, ScrapeLimits limits) throws IOException {
        return PrometheusText.read(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                limits,
                samples::add);
    }

    private ScrapeOutcome read(String text) throws IOException {
        return read(text, ScrapeLimits.DEFAULT);
    }

    @Test
    void readsEscapesTimestampsExemplarsAndBothLineEnds() throws IOException {
        var outcome =
                read(
                        """
                        # HELP a text with "quotes" and \\n
                        # TYPE a counter
                        a{path="C:\\\\x",say="\\"hi\\"",two="1\\n2",} 1.5 1700000000000\r
                        b 2e3\r
                        c_bucket{le="+Inf"} 7 # {trace_id="x y"} 0.5 1700000000.123
                        d{ x = "1" , y="2"} -4
                        vllm:e -nan(ind)
                        f +Inf
                        {"quoted.name",label="v"} 3
                        """);
        assertThat(outcome).isEqualTo(new ScrapeOutcome(7, 0, ScrapeOutcome.Stop.END));
        assertThat(samples.get(0))
                .isEqualTo(
                        new MetricSample(
                                "a", Map.of("path", "C:\\x", "say", "\"hi\"", "two", "1\n2"), 1.5));
        assertThat(samples.get(1).value()).isEqualTo(2000);
        assertThat(samples.get(2).labels()).containsEntry("le", "+Inf");
        assertThat(samples.get(3).labels()).containsOnly(Map.entry("x", "1"), Map.entry("y", "2"));
        assertThat(samples.get(4).value()).isNaN();
        assertThat(samples.get(5).value()).isInfinite();
        assertThat(samples.get(6))
                .isEqualTo(new MetricSample("quoted.name", Map.of("label", "v"), 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a{",
                "a{b} 1",
                "a{b=\"c} 1",
                "a{b=\"c\"} one",
                "a{b=\"c\" d=\"e\"} 1",
                "a{b=\"1\",b=\"2\"} 1",
                "a 1 2 3",
                "a 0x10",
                "a 1d",
                "a 1_000",
                "{} 1",
                "<html>",
                "{\"a\"",
                "a{=\"x\"} 1"
            })
    void setsMalformedLinesAsideAndReadsOn(String line) throws IOException {
        var outcome = read(line + "\ngood 1\n");
        assertThat(outcome).isEqualTo(new ScrapeOutcome(1, 1, ScrapeOutcome.Stop.END));
        assertThat(samples).extracting(MetricSample::name).containsExactly("good");
    }

    @Test
    void endsAtTheEndMark() throws IOException {
        assertThat(read("a 1\n# EOF\nb 2\n").series()).isEqualTo(1);
    }

    @Test
    void readsALastLineWithoutLineEnd() throws IOException {
        assertThat(read("a 1\nb 2").series()).isEqualTo(2);
    }

    @Test
    void readsAHundredThousandSeriesAndStopsAtTheNext() throws IOException {
        var text = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            text.append("m{i=\"").append(i).append("\"} 1\n");
        }
        assertThat(read(text.toString()))
                .isEqualTo(new ScrapeOutcome(100_000, 0, ScrapeOutcome.Stop.END));
        text.append("m{i=\"last\"} 1\n");
        assertThat(read(text.toString()))
                .isEqualTo(new ScrapeOutcome(100_000, 0, ScrapeOutcome.Stop.SERIES_LIMIT));
    }

    @Test
    void stopsAtTheByteLimitAndSetsOverlongLinesAside() throws IOException {
        var limits = new ScrapeLimits(10, 20_000, 100);
        assertThat(read("a 1\nb{x=\"" + "y".repeat(500) + "\"} 1\nc 2\n", limits))
                .isEqualTo(new ScrapeOutcome(2, 1, ScrapeOutcome.Stop.END));
        assertThat(read("z".repeat(30_000), limits).stopped())
                .isEqualTo(ScrapeOutcome.Stop.BYTE_LIMIT);
    }
}
