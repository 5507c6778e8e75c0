package dev.keelson.simulator.trace;

import dev.keelson.simulator.trace.TraceRequest.Label;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Reads a trace and tells its form by its header: requests ({@value #AZURE}, {@value #REQUESTS}, or
 * the latter with tenant, adapter and priority; lines of JSON with prefixes, {@link PrefixTrace})
 * or demand over time ({@link RateFile}, {@link ClientFile}), from which requests are drawn.
 */
public final class TraceFile {
    static final String AZURE = "TIMESTAMP,ContextTokens,GeneratedTokens";
    static final String REQUESTS = "time,prompt_tokens,output_tokens";
    static final String LABELLED = REQUESTS + ",tenant,adapter,priority";

    private static final List<String> FORMS = List.of(AZURE, REQUESTS, LABELLED);
    private static final List<String> KNOWN =
            Stream.of(FORMS, RateFile.HEADERS, List.of(ClientFile.HEADER))
                    .flatMap(List::stream)
                    .toList();

    /** Tokens of one prefix block in Mooncake's traces. */
    private static final int PREFIX_BLOCK_TOKENS = 512;

    /** More tokens in one request are a wrong unit, not a request. */
    private static final int LONGEST_REQUEST_TOKENS = 10_000_000;

    private static final int LEAST_URGENT = 99;

    private TraceFile() {}

    /**
     * @throws InputException with file, line and what was expected
     */
    public static Trace read(Path file, TraceChoice choice) {
        if (PrefixTrace.isOne(file)) {
            return scaled(prefixed(file), choice);
        }
        return TextTable.read(
                file,
                KNOWN,
                table ->
                        FORMS.contains(table.header())
                                ? scaled(requests(table), choice)
                                : drawn(table, choice));
    }

    private static Trace drawn(TextTable table, TraceChoice choice) {
        if (table.header().equals(ClientFile.HEADER)) {
            var clients = new ClientFile(table, choice);
            var lengths = lengths(table.file(), choice).sample();
            return trace(
                    table.file(),
                    clients.seconds(),
                    0,
                    choice.scale(),
                    () -> clients.arrivals(lengths, choice.seed()));
        }
        var rates = RateFile.of(table, choice);
        var lengths = lengths(table.file(), choice);
        double perRequest =
                rates.isTokens() ? lengths.meanPromptTokens() + lengths.meanOutputTokens() : 1;
        var last = rates.intervals().getLast();
        double perAmount = choice.scale() / perRequest;
        var burstiness = choice.burstiness();
        return trace(
                table.file(),
                last.startSeconds() + last.seconds(),
                0,
                choice.scale(),
                () ->
                        burstiness == null
                                ? new DrawnArrivals(
                                        rates.intervals(),
                                        perAmount,
                                        lengths.sample(),
                                        choice.seed())
                                : new RenewalArrivals(
                                        rates.windows(perAmount, GapLaw.ofVariation(burstiness)),
                                        lengths.sample(),
                                        null,
                                        choice.seed()));
    }

    private static Trace lengths(Path demand, TraceChoice choice) {
        var file = choice.lengths();
        if (file == null) {
            throw new InputException(
                    "%s: holds demand without lengths; name a trace of requests to draw them from (--lengths FILE)."
                            .formatted(demand));
        }
        return TextTable.read(file, FORMS, TraceFile::requests);
    }

    /** Does it hold demand over time, and not requests? */
    static boolean isDemand(Path file) {
        return TextTable.read(file, KNOWN, table -> RateFile.HEADERS.contains(table.header()));
    }

    private static Trace prefixed(Path file) {
        var requests =
                PrefixTrace.read(file, PREFIX_BLOCK_TOKENS).stream()
                        .map(r -> r.toRequest(PREFIX_BLOCK_TOKENS))
                        .toList();
        return new Trace(
                file.getFileName().toString(),
                requests.getLast().seconds(),
                PREFIX_BLOCK_TOKENS,
                requests::iterator);
    }

    private static Trace requests(TextTable table) {
        var names = List.of(table.header().split(",", -1));
        var clock = new TextTable.Clock();
        var packed = new PackedRequests();
        for (var row = table.next(); row != null; row = table.next()) {
            packed.add(
                    clock.seconds(row, 0),
                    row.whole(1, names.get(1), 1, LONGEST_REQUEST_TOKENS),
                    row.whole(2, names.get(2), 1, LONGEST_REQUEST_TOKENS),
                    names.size() == 3
                            ? Label.NONE
                            : new Label(
                                    row.cells().get(3),
                                    row.cells().get(4),
                                    row.whole(5, names.get(5), 0, LEAST_URGENT)));
        }
        return trace(table.file(), packed.lastSeconds(), 0, 1, packed::iterator);
    }

    /** Offers each request {@code scale} times; copies lie within seconds of the original. */
    private static Trace scaled(Trace trace, TraceChoice choice) {
        if (choice.scale() == 1 && choice.repeat() == 1) {
            return trace;
        }
        return trace(
                Path.of(trace.source()),
                choice.repeat() * CopiedArrivals.lengthOf(trace),
                trace.prefixBlockTokens(),
                choice.scale(),
                () -> new CopiedArrivals(trace, choice));
    }

    private static Trace trace(
            Path file,
            double seconds,
            int prefixBlockTokens,
            double scale,
            Supplier<Iterator<TraceRequest>> requests) {
        if (!requests.get().hasNext()) {
            throw new InputException(
                    "%s: no request is left of it at scale %s.".formatted(file, scale));
        }
        return new Trace(file.getFileName().toString(), seconds, prefixBlockTokens, requests);
    }
}
