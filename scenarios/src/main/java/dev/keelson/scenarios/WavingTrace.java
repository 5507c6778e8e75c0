package dev.keelson.scenarios;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;

/**
 * The Azure conversation trace with waves: its demand alone is too even to make a small fleet
 * scale. Every quarter of an hour the share of its requests that is kept jumps from a tenth to all,
 * stays there for four minutes and falls back over eight. Lengths are divided (prompts by {@value
 * #PROMPT_DIVISOR}, answers by {@value #OUTPUT_DIVISOR}) and clamped, so that the context of the
 * bundled model holds them. A function of its inputs alone.
 */
final class WavingTrace {
    static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";

    private static final int PROMPT_DIVISOR = 8;
    private static final int OUTPUT_DIVISOR = 2;
    private static final int LONGEST_PROMPT = 512;
    private static final int LONGEST_OUTPUT = 256;
    private static final double LOWEST = 0.1;

    private WavingTrace() {}

    private record Row(double seconds, int prompt, int output) {}

    /**
     * Writes the requests of the first {@code seconds}, in the Azure trace's own form; the trace
     * begins again at its end.
     *
     * @param seed of the choice of what is kept
     * @return how many requests it holds
     */
    static int write(Path azure, Path to, double seconds, long seed) throws IOException {
        var rows = read(azure);
        double whole = rows.getLast().seconds + 1;
        var random = new SplittableRandom(seed);
        var lines = new ArrayList<String>();
        lines.add(HEADER);
        var epoch = LocalDateTime.of(2023, 11, 16, 0, 0);
        for (long i = 0; ; i++) {
            var row = rows.get((int) (i % rows.size()));
            long round = i / rows.size();
            double at = row.seconds + whole * (double) round;
            if (at > seconds) {
                break;
            }
            if (random.nextDouble() < share(at)) {
                var time = epoch.plus(Duration.ofNanos(Math.round(at * 1e9)));
                lines.add(
                        "%s,%d,%d"
                                .formatted(
                                        time.toString().replace('T', ' '),
                                        scaled(row.prompt, PROMPT_DIVISOR, LONGEST_PROMPT),
                                        scaled(row.output, OUTPUT_DIVISOR, LONGEST_OUTPUT)));
            }
        }
        Files.write(to, lines);
        return lines.size() - 1;
    }

    /** Share of the requests that is kept at a moment. */
    static double share(double seconds) {
        double minute = seconds % 900 / 60;
        if (minute < 1 || minute >= 13) {
            return LOWEST;
        }
        return minute < 5 ? 1 : 1 - (1 - LOWEST) * (minute - 5) / 8;
    }

    private static int scaled(int tokens, int divisor, int longest) {
        return Math.min(longest, Math.max(1, Math.round(tokens / (float) divisor)));
    }

    private static List<Row> read(Path azure) throws IOException {
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(azure)),
                                StandardCharsets.US_ASCII))) {
            var rows = new ArrayList<Row>();
            LocalDateTime first = null;
            lines.readLine();
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var cells = line.split(",", -1);
                var time = LocalDateTime.parse(cells[0].replace(' ', 'T'));
                first = first == null ? time : first;
                rows.add(
                        new Row(
                                Duration.between(first, time).toNanos() / 1e9,
                                Integer.parseInt(cells[1]),
                                Integer.parseInt(cells[2])));
            }
            return rows;
        }
    }
}
