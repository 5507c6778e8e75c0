package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The simulator beside a fleet that runs: constants from one fleet, a waving trace on another, the
 * recording of it, and then {@code keelson sim live} over the recording.
 */
final class SimLive {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MODEL = "keelson-mini";
    private static final String[] UP = {"--nodes", "2", "--spot", "0", "--replicas", "1:4"};
    private static final Duration HISTORY_EVERY = Duration.ofMinutes(2);
    private static final Duration IDLE_FIRST = Duration.ofSeconds(70);
    private static final long SEED = 1;

    private final Path root;
    private final Path work;

    SimLive(Path root, Path work) {
        this.root = root;
        this.work = work;
    }

    /**
     * All of it; prints what {@code keelson sim live} prints, and where the recording lies.
     *
     * @param duration of the load on the fleet that is compared
     */
    void run(Duration duration) throws IOException {
        var recording = Files.createDirectories(work.resolve("recording"));
        Files.writeString(recording.resolve("fleet.yaml"), constants().fleetFile());
        record(recording, duration);
        System.out.printf("The recording is in %s.%n", recording);
    }

    private PacedConstants constants() throws IOException {
        try (var fleet = Fleet.up(root, work.resolve("constants"), UP)) {
            return PacedConstants.of(fleet, work);
        }
    }

    private void record(Path recording, Duration duration) throws IOException {
        var trace = work.resolve("trace.csv");
        WavingTrace.write(
                root.resolve("datasets/azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz"),
                trace,
                duration.toMillis() / 1e3,
                SEED);
        var log = work.resolve("requests.csv");
        try (var fleet = Fleet.up(root, work.resolve("live"), UP)) {
            // What came before no longer counts once the hold of scaling in is over.
            Fleet.pause(IDLE_FIRST);
            var history = new TreeMap<String, JsonNode>();
            var begin = Instant.now();
            var load = loadgen(fleet.gateway(), trace, log);
            while (load.isAlive()) {
                waitFor(load, HISTORY_EVERY);
                var seconds = Long.toString(HISTORY_EVERY.toSeconds() + 20);
                fleet.get("history", "--limit", seconds)
                        .forEach(point -> history.put(point.path("time").asText(), point));
            }
            var journal = work.resolve("journal.jsonl");
            fleet.exportJournal(begin, journal);
            RecordedFleet.write(
                    recording,
                    PacedConstants.rows(log),
                    List.copyOf(history.values()),
                    scales(journal));
            Files.writeString(
                    recording.resolve("policy.txt"),
                    RecordedFleet.policy(
                            Files.readAllLines(fleet.data().resolve("policies/autoscaling.yaml"))));
            replay(fleet, journal);
            System.out.println(fleet.succeed("sim", "live", "--recording", recording.toString()));
        }
    }

    private Process loadgen(String gateway, Path trace, Path log) throws IOException {
        return new ProcessBuilder(
                        root.resolve("keelson").toString(),
                        "loadgen",
                        "--url",
                        gateway,
                        "--model",
                        MODEL,
                        "--trace",
                        trace.toString(),
                        "--factor",
                        "1",
                        "--output-tokens",
                        "256",
                        "--record",
                        log.toString())
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("loadgen.txt").toFile())
                .start();
    }

    private static void waitFor(Process process, Duration limit) {
        try {
            process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every decision of the run again: how many, and how long that takes. */
    private static void replay(Fleet fleet, Path journal) {
        var before = System.nanoTime();
        var outcome = fleet.run("replay", journal.toString(), "--json");
        System.out.printf(
                Locale.ROOT,
                "Replay of the journal: exit %d in %.1f s, %s%n",
                outcome.exit(),
                (System.nanoTime() - before) / 1e9,
                outcome.out().replaceAll("\\s+", " ").strip());
    }

    private static List<double[]> scales(Path journal) throws IOException {
        var scales = new ArrayList<double[]>();
        try (var lines = Files.lines(journal)) {
            for (var line : (Iterable<String>) lines::iterator) {
                var entry = JSON.readTree(line);
                for (var action : entry.path("actions")) {
                    if (action.path("type").asText().equals("SCALE")) {
                        scales.add(
                                new double[] {
                                    Instant.parse(entry.path("time").asText()).toEpochMilli() / 1e3,
                                    action.path("from").asInt(),
                                    action.path("to").asInt()
                                });
                    }
                }
            }
        }
        return scales;
    }
}
