package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What one short run tells of paced replicas: how long they take to start, and how long a step
 * takes beyond its pace, by the sequences in it.
 *
 * @param startSeconds mean from the decision to READY
 * @param startJitter largest deviation from it, as a share of it
 * @param stepMillis a step without its sequences, at least the pace
 * @param perSequenceMillis what each sequence adds to a step
 */
record PacedConstants(
        double startSeconds, double startJitter, double stepMillis, double perSequenceMillis) {
    private static final double PACE_MILLIS = 20;
    private static final int MOST_SEQUENCES = 8;
    private static final String MODEL = "keelson-mini";

    /** Measures on a fleet that nothing else uses; scaling is frozen meanwhile. */
    static PacedConstants of(Fleet fleet, Path work) throws IOException {
        fleet.succeed("freeze", "--reason", "constants", "--expires", "10m");
        var few = load(fleet, work.resolve("few.csv"), "0.8", "30s");
        var many = load(fleet, work.resolve("many.csv"), "3.2", "40s");
        var times = new ArrayList<>(byBatch(few));
        times.addAll(byBatch(many));
        for (int replicas : new int[] {4, 1, 3, 1, 4}) {
            fleet.succeed("scale", MODEL, Integer.toString(replicas));
            fleet.steady(Duration.ofMinutes(2));
        }
        return of(times, starts(fleet));
    }

    /**
     * The same from what was measured: a straight line through the times by batch.
     *
     * @param times sequences in the batch and milliseconds from token to token
     * @param starts seconds from decision to READY
     */
    static PacedConstants of(List<double[]> times, double[] starts) {
        double batch = times.stream().mapToDouble(t -> t[0]).average().orElseThrow();
        double step = times.stream().mapToDouble(t -> t[1]).average().orElseThrow();
        double product = times.stream().mapToDouble(t -> (t[0] - batch) * (t[1] - step)).sum();
        double square = times.stream().mapToDouble(t -> (t[0] - batch) * (t[0] - batch)).sum();
        double perSequence = square == 0 ? 0 : Math.max(0, product / square);
        double mean = Arrays.stream(starts).average().orElseThrow();
        double off = Arrays.stream(starts).map(s -> Math.abs(s - mean)).max().orElseThrow();
        return new PacedConstants(
                mean,
                Math.min(0.9, off / mean),
                Math.max(PACE_MILLIS, step - perSequence * batch),
                perSequence);
    }

    /** The fleet file of a local fleet with these constants. */
    String fleetFile() throws IOException {
        try (var in = PacedConstants.class.getResourceAsStream("/paced-fleet.yaml")) {
            var template =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return template.replace("${start}", number(startSeconds) + "s")
                    .replace("${jitter}", number(startJitter))
                    .replace("${stepMillis}", number(stepMillis))
                    .replace("${beyondPace}", number(stepMillis - PACE_MILLIS))
                    .replace("${perSequence}", number(1e3 * perSequenceMillis));
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static List<String[]> load(Fleet fleet, Path log, String rate, String duration)
            throws IOException {
        fleet.succeed(
                "loadgen",
                "--url",
                fleet.gateway(),
                "--model",
                MODEL,
                "--rate",
                rate,
                "--prompt-tokens",
                "120",
                "--output-tokens",
                "96",
                "--duration",
                duration,
                "--record",
                log.toString());
        return rows(log);
    }

    /**
     * Mean batch during each request's decoding on one replica, and its time from token to token.
     *
     * @param requests lines of {@code loadgen --record}
     */
    static List<double[]> byBatch(List<String[]> requests) {
        var spans =
                requests.stream()
                        .filter(r -> !r[5].isEmpty() && r[7].isEmpty())
                        .map(r -> {
                            double sent = Double.parseDouble(r[0]);
                            return new double[] {
                                sent + Double.parseDouble(r[4]) / 1e3,
                                sent + Double.parseDouble(r[6]) / 1e3,
                                Double.parseDouble(r[5])
                            };
                        })
                        .toList();
        var times = new ArrayList<double[]>();
        for (var span : spans) {
            double together = 0;
            for (var other : spans) {
                together += Math.max(0, Math.min(span[1], other[1]) - Math.max(span[0], other[0]));
            }
            double batch = Math.min(MOST_SEQUENCES, together / (span[1] - span[0]));
            times.add(new double[] {batch, span[2]});
        }
        return times;
    }

    /** Seconds from each decision to start a replica to its first token, as its agent saw it. */
    private static double[] starts(Fleet fleet) {
        var decided = new TreeMap<String, Instant>();
        for (var decision : fleet.get("decisions")) {
            for (var action : decision.path("actions")) {
                if (action.path("type").asText().equals("START_REPLICA")) {
                    decided.put(
                            action.path("target").asText(),
                            Instant.parse(decision.path("time").asText()));
                }
            }
        }
        var starts = new ArrayList<Double>();
        for (var replica : fleet.get("replicas", "--all")) {
            var name = replica.path("name").asText();
            var at = decided.get(name);
            // The first replica started beside everything else of the fleet.
            if (at != null && replica.path("startupMs").isNumber() && !name.equals(MODEL + "-1")) {
                starts.add(seconds(replica, at));
            }
        }
        return starts.stream().mapToDouble(s -> s).toArray();
    }

    private static double seconds(JsonNode replica, Instant decided) {
        var ready =
                Instant.parse(replica.path("startedAt").asText())
                        .plusMillis(replica.path("startupMs").asLong());
        return Duration.between(decided, ready).toMillis() / 1e3;
    }

    /** Lines of a log of requests, without its header. */
    static List<String[]> rows(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .skip(1)
                .map((Function<String, String[]>) line -> line.split(",", -1))
                .toList();
    }
}
