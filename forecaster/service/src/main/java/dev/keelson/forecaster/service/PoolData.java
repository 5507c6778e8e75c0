package dev.keelson.forecaster.service;

import dev.keelson.exchange.kafka.DemandFeed;
import dev.keelson.exchange.kafka.DemandFeed.ClassArrivals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * Public traces as the demand stream would tell them, classes of their requests among it.
 *
 * @param folder that holds servegen, burstgpt and azure-llm-2023
 */
record PoolData(Path folder) {
    /** As many classes as a record of the stream names. */
    private static final int NAMED = 16;

    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    /**
     * A trace in equal steps from the epoch on.
     *
     * @param season steps of a day
     * @param horizon steps that are forecast
     */
    record Demand(
            String name, Duration step, int season, int horizon, List<DemandFeed.Window> windows) {}

    List<Demand> all() throws IOException {
        return List.of(clients(), model("m-large"), burstgpt(), azure());
    }

    /** ServeGen's m-small, a class a client, ten minutes a step. */
    private Demand clients() throws IOException {
        var steps = new TreeMap<Long, Map<String, Double>>();
        rows(
                "servegen/servegen_m-small_clients_10min_days_0_9.csv.gz",
                cells -> {
                    long step = Long.parseLong(cells[1]) / TEN_MINUTES.toSeconds();
                    steps.computeIfAbsent(step, any -> new TreeMap<>())
                            .merge(cells[0], Double.parseDouble(cells[2]) * 600, Double::sum);
                });
        return demand("ServeGen m-small", TEN_MINUTES, 144, 6, steps);
    }

    /** A model of ServeGen as one class. */
    private Demand model(String model) throws IOException {
        var steps = new TreeMap<Long, Map<String, Double>>();
        rows(
                "servegen/servegen_10min_rate_by_model.csv",
                cells -> {
                    if (cells[1].equals(model)) {
                        long step = Long.parseLong(cells[2]) / TEN_MINUTES.toSeconds();
                        steps.put(step, Map.of(model, Double.parseDouble(cells[4]) * 600));
                    }
                });
        return demand("ServeGen " + model, TEN_MINUTES, 144, 6, steps);
    }

    /** BurstGPT's conversations and API calls, an hour a step. */
    private Demand burstgpt() throws IOException {
        var steps = new TreeMap<Long, Map<String, Double>>();
        rows(
                "burstgpt/burstgpt1_hourly_requests_days_0_46.csv",
                cells ->
                        steps.put(
                                24 * Long.parseLong(cells[0]) + Long.parseLong(cells[1]),
                                Map.of(
                                        "conversation",
                                        Double.parseDouble(cells[2]),
                                        "api",
                                        Double.parseDouble(cells[3]))));
        return demand("BurstGPT, both kinds", Duration.ofHours(1), 24, 6, steps);
    }

    /** The hour of Azure's conversations, ten seconds a step, classes by length of the prompt. */
    private Demand azure() throws IOException {
        var steps = new TreeMap<Long, Map<String, Double>>();
        var first = new long[] {Long.MAX_VALUE};
        rows(
                "azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz",
                cells -> {
                    var time =
                            LocalDateTime.parse(cells[0].replace(' ', 'T'))
                                    .toInstant(ZoneOffset.UTC);
                    first[0] = Math.min(first[0], time.getEpochSecond());
                    int bits =
                            Integer.SIZE - Integer.numberOfLeadingZeros(Integer.parseInt(cells[1]));
                    steps.computeIfAbsent(
                                    (time.getEpochSecond() - first[0]) / 10, any -> new TreeMap<>())
                            .merge(String.valueOf((bits + 1) / 2), 1.0, Double::sum);
                });
        return demand("Azure, 10 s", Duration.ofSeconds(10), 8640, 30, steps);
    }

    private static Demand demand(
            String name,
            Duration step,
            int season,
            int horizon,
            TreeMap<Long, Map<String, Double>> steps) {
        var windows = new ArrayList<DemandFeed.Window>();
        for (long i = 0; i <= steps.lastKey(); i++) {
            Map<String, Double> counts = steps.getOrDefault(i, Map.of());
            List<ClassArrivals> classes =
                    counts.entrySet().stream()
                            .map(e -> new ClassArrivals(e.getKey(), 4, Math.round(e.getValue())))
                            .filter(one -> one.arrivals() > 0)
                            .toList();
            long all = classes.stream().mapToLong(ClassArrivals::arrivals).sum();
            List<ClassArrivals> named =
                    classes.stream()
                            .sorted((a, b) -> Long.compare(b.arrivals(), a.arrivals()))
                            .limit(NAMED)
                            .toList();
            windows.add(
                    new DemandFeed.Window(
                            name,
                            Instant.EPOCH.plus(step.multipliedBy(i)),
                            step,
                            all,
                            all,
                            all,
                            all,
                            0,
                            named));
        }
        return new Demand(name, step, season, horizon, List.copyOf(windows));
    }

    private void rows(String name, Consumer<String[]> taker) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.isReadable(file)) {
            throw new IOException(
                    "There is no %s.%nGive the folder that holds it with --datasets."
                            .formatted(file));
        }
        var bytes = Files.newInputStream(file);
        try (var in =
                new BufferedReader(
                        new InputStreamReader(
                                name.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes,
                                StandardCharsets.UTF_8))) {
            in.readLine();
            int number = 1;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                try {
                    taker.accept(line.split(",", -1));
                } catch (RuntimeException e) {
                    throw new IOException(
                            "%s:%d is no row of this trace: %s".formatted(file, number, line), e);
                }
            }
        }
    }
}
