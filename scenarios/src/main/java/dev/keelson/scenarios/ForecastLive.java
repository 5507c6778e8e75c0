package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;

/**
 * A live paced fleet under a day pattern that is replayed fast: on the first day forecasts learn,
 * on the next ones present load scales while they advise, on the last ones they act. All days have
 * the same expected demand and different arrivals.
 */
final class ForecastLive {
    private static final Duration DAY = Duration.ofMinutes(6);
    private static final List<Integer> REACTIVE = List.of(2, 3);
    private static final List<Integer> FORECAST = List.of(4, 5);
    private static final int DAYS = 5;
    private static final double NIGHT = 2.5;
    private static final double PEAK = 17;
    private static final int OUTPUT_TOKENS = 48;

    /**
     * Shares of the day: it begins at night, rises in about three start-ups, stays up and falls.
     * The night is longer than present load holds replicas, 20 start-ups: what a peak has cost
     * falls into its own day, and the next one begins with as few replicas as a night needs.
     */
    private static final double RISES = 0.15;

    private static final double UP = 0.2;
    private static final double FALLS = 0.45;
    private static final double DOWN = 0.55;

    /** What it stands for: weights that take a minute to load. */
    private static final Duration MODEL_LOAD = Duration.ofSeconds(60);

    private final Fleet fleet;
    private final NavigableMap<Double, JsonNode> points = new TreeMap<>();

    private ForecastLive(Fleet fleet) {
        this.fleet = fleet;
    }

    static void run(Path root) throws IOException {
        var data = Files.createTempDirectory("keelson-bench").resolve("data");
        try (var fleet = Fleet.up(root, data, "--nodes", "2", "--spot", "0", "--replicas", "1:4")) {
            new ForecastLive(fleet).run();
        }
    }

    private void run() throws IOException {
        double speed = Duration.ofDays(1).toMillis() / (double) DAY.toMillis();
        long delay = Math.round(MODEL_LOAD.toMillis() / speed);
        prepare(delay);
        print("speed of the replay (a day in %d s)".formatted(DAY.toSeconds()), "%.0f", speed);
        print("start_delay_ms, a load of 60 s at that speed", "%.0f", (double) delay);
        var duration = DAY.multipliedBy(DAYS);
        var begin = Instant.now();
        var load =
                Load.start(fleet, duration, OUTPUT_TOKENS, progress -> rate(progress * DAYS % 1));
        for (int day = 1; day <= DAYS; day++) {
            if (day == FORECAST.getFirst()) {
                edit("policies/forecast.yaml", "mode: ADVISE", "mode: ACT   ");
            }
            Fleet.pause(Duration.between(Instant.now(), begin.plus(DAY.multipliedBy(day))));
            gather(begin);
        }
        load.finish();
        var rows = load.rows();
        tellDays(rows);
        compare(rows);
        print("start of a replica, s (largest measured)", "%.1f", longestStart());
        print("requests", "%.0f", (double) rows.size());
        tellFailures(rows);
        replay(begin);
    }

    /** The delay is a new revision; the forecaster gets the replay's step and season. */
    private void prepare(long delay) throws IOException {
        fleet.steady(Duration.ofMinutes(2));
        edit(
                "policies/deployment.yaml",
                "  slo:",
                "    start_delay_ms: %d\n  slo:".formatted(delay));
        var config = fleet.data().resolve("config/forecaster.yaml");
        Files.writeString(
                config,
                Files.readString(config)
                        + """

                        step: 10s
                        horizon: 8
                        season: %ds
                        history: 1h
                        training: {enabled: false}
                        """
                                .formatted(DAY.toSeconds()));
        for (long pid : fleet.pids("forecaster")) {
            Fleet.signal(pid, "KILL");
        }
        Fleet.await(
                "the new revision serves alone",
                Duration.ofMinutes(2),
                () -> {
                    var replicas = fleet.get("replicas");
                    return replicas.size() == 1
                            && replicas.getFirst().path("revision").asInt() == 2
                            && replicas.getFirst().path("state").asText().equals("READY");
                });
    }

    private void edit(String file, String from, String to) throws IOException {
        var path = fleet.data().resolve(file);
        var text = Files.readString(path);
        if (!text.contains(from)) {
            throw new IllegalStateException("%s has no %s.".formatted(file, from));
        }
        Files.writeString(path, text.replaceFirst(from, to));
    }

    /** Requests per second at a share of the day. */
    private static double rate(double ofDay) {
        if (ofDay < RISES || ofDay >= DOWN) {
            return NIGHT;
        }
        if (ofDay < UP) {
            return NIGHT + (PEAK - NIGHT) * (ofDay - RISES) / (UP - RISES);
        }
        return ofDay < FALLS ? PEAK : PEAK - (PEAK - NIGHT) * (ofDay - FALLS) / (DOWN - FALLS);
    }

    private void gather(Instant begin) {
        var seconds = Long.toString(DAY.toSeconds() + 20);
        for (var point : fleet.get("history", "--limit", seconds)) {
            var at = Instant.parse(point.path("time").asText());
            points.put(Duration.between(begin, at).toMillis() / 1e3, point);
        }
    }

    private void tellDays(List<Load.Row> rows) {
        printDays(
                "TTFT p95 in the ramp, s", "%.3f", day -> quantile(ramp(rows, List.of(day)), 0.95));
        printDays(
                "replica-hours x %.0f".formatted(speed()),
                "%.1f",
                day -> replicaSeconds(List.of(day)) / 3600 * speed());
        printDays("most READY", "%.0f", this::mostReady);
        printDays("all of the peak READY before it, s", "%.1f", this::readyBeforePeak);
    }

    private static void printDays(String figure, String format, IntToDoubleFunction ofDay) {
        IntFunction<String> text =
                day -> String.format(Locale.ROOT, format, ofDay.applyAsDouble(day));
        System.out.printf(
                Locale.ROOT,
                "| forecast-live | %s: day 1; %s reactive; %s forecast | %s; %s; %s |%n",
                figure,
                joined(REACTIVE, Integer::toString),
                joined(FORECAST, Integer::toString),
                text.apply(1),
                joined(REACTIVE, text),
                joined(FORECAST, text));
    }

    private static String joined(List<Integer> days, IntFunction<String> text) {
        return days.stream().map(text::apply).collect(Collectors.joining(", "));
    }

    /** How many failed, and of what on which days. */
    private static void tellFailures(List<Load.Row> rows) {
        print("failed", "%.0f", (double) rows.stream().filter(r -> r.error() != null).count());
        var causes = new TreeMap<String, Integer>();
        for (var row : rows) {
            if (row.error() != null) {
                int day = (int) (row.at() / DAY.toSeconds()) + 1;
                causes.merge("failed on day %d, %s".formatted(day, row.error()), 1, Integer::sum);
            }
        }
        causes.forEach((cause, count) -> print(cause, "%.0f", (double) count));
    }

    private static double speed() {
        return Duration.ofDays(1).toMillis() / (double) DAY.toMillis();
    }

    private void compare(List<Load.Row> rows) {
        double reactive = quantile(ramp(rows, REACTIVE), 0.95);
        double forecast = quantile(ramp(rows, FORECAST), 0.95);
        double reactiveHours = replicaSeconds(REACTIVE) / REACTIVE.size();
        double forecastHours = replicaSeconds(FORECAST) / FORECAST.size();
        print("reactive, TTFT p95 in the ramps, s", "%.3f", reactive);
        print("forecast, TTFT p95 in the ramps, s", "%.3f", forecast);
        print(
                "forecast, TTFT p95 in the ramps below reactive, %",
                "%.0f", 100 * (1 - forecast / reactive));
        print("reactive, TTFT p95 of all, s", "%.3f", quantile(all(rows, REACTIVE), 0.95));
        print("forecast, TTFT p95 of all, s", "%.3f", quantile(all(rows, FORECAST), 0.95));
        print("forecast, GPU-hours over reactive's", "%.3f", forecastHours / reactiveHours);
    }

    /** Times to the first token of those sent while demand rose and just after; none is endless. */
    private static double[] ramp(List<Load.Row> rows, List<Integer> days) {
        return ttft(rows, days, RISES, UP + 0.05);
    }

    private static double[] all(List<Load.Row> rows, List<Integer> days) {
        return ttft(rows, days, 0, 1);
    }

    private static double[] ttft(List<Load.Row> rows, List<Integer> days, double from, double to) {
        return rows.stream()
                .filter(row -> {
                    double ofDay = row.at() / DAY.toSeconds() % 1;
                    return days.contains((int) (row.at() / DAY.toSeconds()) + 1)
                            && ofDay >= from
                            && ofDay < to;
                })
                .mapToDouble(row -> row.ttft() == null ? Double.POSITIVE_INFINITY : row.ttft())
                .sorted()
                .toArray();
    }

    private static double quantile(double[] sorted, double level) {
        return Load.quantile(sorted, level);
    }

    /** Replicas that took capacity, each second of these days. */
    private double replicaSeconds(List<Integer> days) {
        double sum = 0;
        for (int day : days) {
            var of = of(day).values();
            double mean =
                    of.stream()
                            .mapToInt(point ->
                                    point.path("ready").asInt()
                                            + point.path("starting").asInt()
                                            + point.path("draining").asInt())
                            .average()
                            .orElseThrow();
            sum += mean * DAY.toSeconds();
        }
        return sum;
    }

    private NavigableMap<Double, JsonNode> of(int day) {
        double begin = (day - 1.0) * DAY.toSeconds();
        return points.subMap(begin, true, begin + DAY.toSeconds(), false);
    }

    private int mostReady(int day) {
        return of(day).values().stream().mapToInt(p -> p.path("ready").asInt()).max().orElse(0);
    }

    /**
     * How long before the peak the day's count of the middle of its peak was READY; negative where
     * it came after.
     */
    private double readyBeforePeak(int day) {
        double begin = (day - 1.0) * DAY.toSeconds();
        double peak = begin + UP * DAY.toSeconds();
        var middle = of(day).floorEntry(begin + (UP + FALLS) / 2 * DAY.toSeconds());
        int needed = middle.getValue().path("ready").asInt();
        for (var entry : of(day).tailMap(begin + RISES * DAY.toSeconds() / 2).entrySet()) {
            if (entry.getValue().path("ready").asInt() >= needed) {
                return peak - entry.getKey();
            }
        }
        return Double.NaN;
    }

    private double longestStart() {
        var starts = new ArrayList<Double>();
        fleet.get("replicas", "--all")
                .forEach(replica -> starts.add(replica.path("startupMs").asDouble(0) / 1e3));
        return starts.stream().mapToDouble(s -> s).max().orElse(Double.NaN);
    }

    /** What was decided on forecasts comes out again, to the bit. */
    private void replay(Instant begin) throws IOException {
        var journal = Files.createTempFile("keelson-journal", ".jsonl");
        fleet.exportJournal(begin, journal);
        var result = fleet.json("replay", journal.toString());
        print("decisions replayed", "%.0f", result.path("decisions").asDouble());
        print("of these different", "%.0f", result.path("differences").asDouble());
        print("journal, MB", "%.1f", Files.size(journal) / 1e6);
    }

    private static void print(String figure, String format, double value) {
        System.out.printf(
                Locale.ROOT,
                "| forecast-live | %s | %s |%n",
                figure,
                String.format(Locale.ROOT, format, value));
    }
}
