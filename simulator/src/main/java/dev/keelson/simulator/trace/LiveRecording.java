package dev.keelson.simulator.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a fleet that really ran was asked and what it did: a folder with {@code fleet.yaml} (bounds,
 * SLO, pacing and constants from another run), {@code requests.csv.gz}, {@code replicas.csv} and
 * {@code actions.csv}. Times are seconds since the first request was sent.
 *
 * @param seconds its length
 * @param counts changes of the counts, the first at 0
 * @param policy what it scaled by, as {@code sim run --policy} takes it
 */
public record LiveRecording(
        String name,
        Fleet fleet,
        double seconds,
        List<Request> requests,
        List<Count> counts,
        List<Scale> scales,
        String policy) {
    static final String REQUESTS = "time,prompt_tokens,output_tokens,ttft_ms,tpot_ms,error";
    static final String REPLICAS = "time,wanted,ready";
    static final String ACTIONS = "time,from,to";

    private static final int LONGEST_TOKENS = 10_000_000;
    private static final int MOST_REPLICAS = 10_000;

    public LiveRecording {
        requests = List.copyOf(requests);
        counts = List.copyOf(counts);
        scales = List.copyOf(scales);
    }

    /**
     * One request as its client saw it.
     *
     * @param ttftMillis null where no token came
     * @param tpotMillis null where fewer than two came
     * @param error null for success
     */
    public record Request(
            double seconds,
            int promptTokens,
            int outputTokens,
            @Nullable Double ttftMillis,
            @Nullable Double tpotMillis,
            @Nullable String error) {
        boolean isWithin(double ttftLimitMillis, double tpotLimitMillis) {
            return error == null
                    && ttftMillis != null
                    && ttftMillis <= ttftLimitMillis
                    && (tpotMillis == null || tpotMillis <= tpotLimitMillis);
        }
    }

    /** Replicas from this moment on. */
    public record Count(double seconds, int wanted, int ready) {}

    /** A change of the wanted replicas, from the journal. */
    public record Scale(double seconds, int from, int to) {}

    /** The requests, as a trace that can be played again. */
    public Trace trace() {
        return new Trace(
                name,
                requests.stream()
                        .map(r -> new TraceRequest(r.seconds(), r.promptTokens(), r.outputTokens()))
                        .toList(),
                seconds);
    }

    /** Share of the requests that were served within the SLO; those that failed are misses. */
    public double sloAttainment() {
        double ttft = fleet.slo().ttft().toNanos() / 1e6;
        double tpot = fleet.slo().tpot().toNanos() / 1e6;
        return requests.stream().filter(r -> r.isWithin(ttft, tpot)).count()
                / (double) requests.size();
    }

    /** The counts that held at this moment. */
    public Count at(double second) {
        var now = counts.getFirst();
        for (Count count : counts) {
            if (count.seconds > second) {
                return now;
            }
            now = count;
        }
        return now;
    }

    /**
     * Reads the folder.
     *
     * @param fleet another fleet file than the folder's, or null
     * @throws InputException with file, line and what was expected
     */
    public static LiveRecording read(Path folder, @Nullable Path fleet) {
        if (!Files.isDirectory(folder)) {
            throw new InputException("%s: there is no such folder.".formatted(folder));
        }
        var deployed = FleetFile.read(fleet == null ? folder.resolve("fleet.yaml") : fleet);
        var counts = counts(folder.resolve("replicas.csv"));
        return new LiveRecording(
                String.valueOf(folder.getFileName()),
                deployed,
                counts.getLast().seconds(),
                requests(folder.resolve("requests.csv.gz"), counts.getLast().seconds()),
                counts,
                scales(folder.resolve("actions.csv")),
                policy(folder.resolve("policy.txt")));
    }

    private static String policy(Path file) {
        try {
            var text = Files.readString(file).strip();
            if (text.startsWith("reactive")) {
                return text;
            }
            throw InputException.at(file, 1, "expected reactive, with options or without.");
        } catch (NoSuchFileException e) {
            throw new InputException("%s: there is no such file.".formatted(file));
        } catch (IOException e) {
            throw new InputException("%s: cannot be read (%s).".formatted(file, e.getMessage()));
        }
    }

    private static List<Request> requests(Path file, double end) {
        var requests = new ArrayList<Request>();
        double last = 0;
        for (var row : TextTable.rows(file, List.of(REQUESTS))) {
            double at = inOrder(row, last);
            if (at > end) {
                throw row.wrong(
                        "the request at %s lies behind the last line of replicas.csv (%s)."
                                .formatted(at, end));
            }
            last = at;
            requests.add(
                    new Request(
                            at,
                            row.whole(1, "prompt_tokens", 1, LONGEST_TOKENS),
                            row.whole(2, "output_tokens", 1, LONGEST_TOKENS),
                            optional(row, 3, "ttft_ms"),
                            optional(row, 4, "tpot_ms"),
                            row.cells().get(5).isEmpty() ? null : row.cells().get(5)));
        }
        return requests;
    }

    private static @Nullable Double optional(TextTable.Row row, int column, String name) {
        return row.cells().get(column).isEmpty() ? null : Double.valueOf(row.number(column, name));
    }

    private static List<Count> counts(Path file) {
        var counts = new ArrayList<Count>();
        double last = 0;
        for (var row : TextTable.rows(file, List.of(REPLICAS))) {
            last = inOrder(row, last);
            counts.add(
                    new Count(
                            last,
                            row.whole(1, "wanted", 0, MOST_REPLICAS),
                            row.whole(2, "ready", 0, MOST_REPLICAS)));
        }
        return counts;
    }

    private static List<Scale> scales(Path file) {
        var scales = new ArrayList<Scale>();
        double last = 0;
        for (var row : TextTable.rows(file, List.of(ACTIONS))) {
            last = inOrder(row, last);
            scales.add(
                    new Scale(
                            last,
                            row.whole(1, "from", 0, MOST_REPLICAS),
                            row.whole(2, "to", 0, MOST_REPLICAS)));
        }
        return scales;
    }

    private static double inOrder(TextTable.Row row, double last) {
        double at = row.number(0, "time");
        if (at < last) {
            throw row.wrong("time goes back; expected lines in the order of their time.");
        }
        return at;
    }
}
