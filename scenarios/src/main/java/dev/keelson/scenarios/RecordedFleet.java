package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * Writes the folder that {@code keelson sim live} reads; datasets/live-paced/README.md tells it.
 */
final class RecordedFleet {
    /** A number, or seconds. */
    private static final Pattern SETTING = Pattern.compile("\\s*(\\w+):\\s*([0-9.]+)s?\\b.*");

    private static final Map<String, String> OPTIONS =
            Map.of(
                    "targetUtilization", "target",
                    "targetKvUse", "kv",
                    "scaleOutHold", "outHold",
                    "scaleInHold", "inHold",
                    "scaleInStarts", "inStarts",
                    "fullSlowdown", "slowdown",
                    "maxStep", "maxStep");

    private RecordedFleet() {}

    /**
     * @param requests lines of {@code loadgen --record}, without the header
     * @param history points of {@code get history}, oldest first
     * @param scales seconds since the epoch, from, to
     */
    static void write(
            Path folder, List<String[]> requests, List<JsonNode> history, List<double[]> scales)
            throws IOException {
        var sorted = new ArrayList<>(requests);
        sorted.sort(Comparator.comparingDouble(r -> Double.parseDouble(r[0])));
        double begin = Double.parseDouble(sorted.getFirst()[0]);
        double end = Double.parseDouble(sorted.getLast()[0]) - begin;
        requests(folder.resolve("requests.csv.gz"), sorted, begin);
        replicas(folder.resolve("replicas.csv"), history, begin, end);
        var lines = new ArrayList<String>(List.of("time,from,to"));
        scales.stream()
                .filter(s -> s[0] >= begin && s[0] - begin <= end)
                .sorted(Comparator.comparingDouble(s -> s[0]))
                .map(s -> String.format(Locale.ROOT, "%.1f,%.0f,%.0f", s[0] - begin, s[1], s[2]))
                .forEach(lines::add);
        Files.write(folder.resolve("actions.csv"), lines);
    }

    /**
     * The policy of a fleet as {@code sim run --policy} takes it, from its manifest: lines such as
     * {@code scaleOutHold: 2s}.
     */
    static String policy(List<String> manifest) {
        var options = new StringBuilder("reactive");
        for (var line : manifest) {
            var match = SETTING.matcher(line);
            var option = match.matches() ? OPTIONS.get(match.group(1)) : null;
            if (option != null) {
                options.append(':').append(option).append('=').append(match.group(2));
            }
        }
        return options.toString();
    }

    private static void requests(Path file, List<String[]> sorted, double begin)
            throws IOException {
        try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
            var header = "time,prompt_tokens,output_tokens,ttft_ms,tpot_ms,error\n";
            out.write(header.getBytes(StandardCharsets.UTF_8));
            for (var r : sorted) {
                var line =
                        String.format(
                                Locale.ROOT,
                                "%.3f,%s,%s,%s,%s,%s\n",
                                Double.parseDouble(r[0]) - begin,
                                r[1],
                                r[2],
                                r[4],
                                r[5],
                                r[7]);
                out.write(line.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    /** Only where a count changed, and the end. */
    private static void replicas(Path file, List<JsonNode> history, double begin, double end)
            throws IOException {
        var lines = new ArrayList<String>(List.of("time,wanted,ready"));
        var now = "";
        for (var point : history) {
            double at = Instant.parse(point.path("time").asText()).toEpochMilli() / 1e3 - begin;
            var counts =
                    "%d,%d".formatted(point.path("wanted").asInt(), point.path("ready").asInt());
            if (at > end) {
                break;
            }
            if (at >= 0 && lines.size() == 1) {
                lines.add("0," + (now.isEmpty() ? counts : now));
            }
            if (at >= 0 && !lines.getLast().endsWith("," + counts)) {
                lines.add(String.format(Locale.ROOT, "%.1f,%s", at, counts));
            }
            now = counts;
        }
        lines.add(String.format(Locale.ROOT, "%.3f,%s", end, now));
        Files.write(file, lines);
    }
}
