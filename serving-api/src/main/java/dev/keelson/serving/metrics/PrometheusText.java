package dev.keelson.serving.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Prometheus text format and OpenMetrics line by line, in bounded memory. A malformed
 * line is counted and set aside; it never ends the reading, because one odd line of an engine must
 * not hide its other metrics.
 */
public final class PrometheusText {
    private PrometheusText() {}

    /**
     * Hands each sample on as it is read. Stops at the end, at {@code # EOF}, or at a limit,
     * whichever comes first.
     *
     * @throws IOException only where the stream itself fails
     */
    public static ScrapeOutcome read(
            InputStream in, ScrapeLimits limits, Consumer<MetricSample> sink) throws IOException {
        var lines = new BoundedLines(in, limits);
        int series = 0;
        int malformed = 0;
        String line;
        while ((line = lines.next()) != null) {
            if (line.startsWith("# EOF")) {
                break;
            }
            if (line.isBlank() || line.charAt(0) == '#') {
                continue;
            }
            if (series == limits.series()) {
                return new ScrapeOutcome(series, malformed, ScrapeOutcome.Stop.SERIES_LIMIT);
            }
            @Nullable MetricSample sample = lines.wasOverlong() ? null : SampleLine.parse(line);
            if (sample == null) {
                malformed++;
            } else {
                series++;
                sink.accept(sample);
            }
        }
        var stop = lines.exhausted() ? ScrapeOutcome.Stop.BYTE_LIMIT : ScrapeOutcome.Stop.END;
        return new ScrapeOutcome(series, malformed, stop);
    }
}
