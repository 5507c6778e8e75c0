package dev.keelson.simulator.trace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Reads a trace and tells its form by its header: requests ({@value #AZURE} or {@value #REQUESTS})
 * or demand over time ({@link RateFile}), from which requests are drawn.
 */
public final class TraceFile {
    static final String AZURE = "TIMESTAMP,ContextTokens,GeneratedTokens";
    static final String REQUESTS = "time,prompt_tokens,output_tokens";

    private static final List<String> FORMS = List.of(AZURE, REQUESTS);
    private static final List<String> KNOWN =
            Stream.concat(FORMS.stream(), RateFile.HEADERS.stream()).toList();

    /** More tokens in one request are a wrong unit, not a request. */
    private static final int LONGEST_REQUEST_TOKENS = 10_000_000;

    /** Copies of one request are moved apart by up to so much. */
    private static final double COPY_SPREAD_SECONDS = 30;

    private TraceFile() {}

    /**
     * @throws InputException with file, line and what was expected
     */
    public static Trace read(Path file, TraceChoice choice) {
        var table = TextTable.read(file, KNOWN);
        if (FORMS.contains(table.header())) {
            return scaled(requests(table), choice);
        }
        var rates = RateFile.of(table, choice);
        var lengths = choice.lengths();
        if (lengths == null) {
            throw new InputException(
                    "%s: holds demand without lengths; name a trace of requests to draw them from (--lengths FILE)."
                            .formatted(file));
        }
        return Arrivals.draw(
                file.getFileName().toString(),
                rates,
                requests(TextTable.read(lengths, FORMS)),
                choice);
    }

    private static Trace requests(TextTable table) {
        var names = table.header().split(",", -1);
        var seconds = table.seconds(0);
        var requests = new ArrayList<TraceRequest>();
        for (int i = 0; i < seconds.size(); i++) {
            var row = table.rows().get(i);
            requests.add(
                    new TraceRequest(
                            seconds.get(i),
                            row.whole(1, names[1], 1, LONGEST_REQUEST_TOKENS),
                            row.whole(2, names[2], 1, LONGEST_REQUEST_TOKENS)));
        }
        return new Trace(
                table.file().getFileName().toString(), requests, requests.getLast().seconds());
    }

    /** Offers each request {@code scale} times; copies lie within seconds of the original. */
    private static Trace scaled(Trace trace, TraceChoice choice) {
        double scale = choice.scale();
        if (scale == 1 && choice.repeat() == 1) {
            return trace;
        }
        var random = new SplittableRandom(choice.seed());
        double length = Math.max(1, trace.seconds());
        var requests = new ArrayList<TraceRequest>();
        for (int round = 0; round < choice.repeat(); round++) {
            for (TraceRequest r : trace.requests()) {
                int copies = (int) scale + (random.nextDouble() < scale - (int) scale ? 1 : 0);
                for (int k = 0; k < copies; k++) {
                    double moved =
                            k == 0 ? 0 : (random.nextDouble() - 0.5) * 2 * COPY_SPREAD_SECONDS;
                    double at = Math.min(length, Math.max(0, r.seconds() + moved));
                    requests.add(
                            new TraceRequest(
                                    round * length + at, r.promptTokens(), r.outputTokens()));
                }
            }
        }
        if (requests.isEmpty()) {
            throw new InputException(
                    "%s: nothing is left of it at scale %s.".formatted(trace.source(), scale));
        }
        requests.sort(java.util.Comparator.comparingDouble(TraceRequest::seconds));
        return new Trace(trace.source(), List.copyOf(requests), choice.repeat() * length);
    }
}
