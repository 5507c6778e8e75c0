package dev.keelson.simulator.trace;

import dev.keelson.simulator.trace.RenewalArrivals.Window;
import dev.keelson.simulator.trace.TraceRequest.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * ServeGen's clients: each with a rate and the law of its gaps in windows of ten minutes. The
 * published rate sets the mean of the gaps, the published fit their shape. Each client is a tenant.
 */
final class ClientFile {
    static final String HEADER = "client,window_start_s,rate_req_per_s,cv,pattern,shape,scale";
    private static final double STEP = 600;
    private static final double MOST_PER_SECOND = 1e6;

    private final TreeMap<String, List<Window>> clients = new TreeMap<>();
    private double from = Double.POSITIVE_INFINITY;
    private double to;

    /** The table's header is {@link #HEADER}. */
    ClientFile(TextTable table, TraceChoice choice) {
        for (var row = table.next(); row != null; row = table.next()) {
            var name = "client-" + row.whole(0, "client", 0, 1_000_000);
            var window = window(row, choice.scale());
            var windows = clients.computeIfAbsent(name, key -> new ArrayList<>());
            if (!windows.isEmpty() && window.startSeconds() <= windows.getLast().startSeconds()) {
                throw row.wrong(
                        "window_start_s goes back; expected the windows of %s in the order of their time."
                                .formatted(name));
            }
            windows.add(window);
        }
        clients.replaceAll((name, windows) -> chosen(windows, choice));
        clients.values().removeIf(List::isEmpty);
        var series = choice.series();
        if (series != null) {
            clients.keySet().retainAll(List.of(series));
        }
        if (clients.isEmpty()) {
            throw new InputException(
                    "%s: no line%s lies in the days asked for."
                            .formatted(table.file(), series == null ? "" : " of client " + series));
        }
        clients.values()
                .forEach(windows -> {
                    from = Math.min(from, windows.getFirst().startSeconds());
                    to = Math.max(to, windows.getLast().startSeconds() + STEP);
                });
    }

    private static List<Window> chosen(List<Window> windows, TraceChoice choice) {
        return windows.stream()
                .filter(w -> {
                    long day = (long) (w.startSeconds() / 86_400);
                    return day >= choice.fromDay() && day <= choice.toDay();
                })
                .toList();
    }

    private static Window window(TextTable.Row row, double scale) {
        double start = row.number(1, "window_start_s");
        if (start % STEP != 0) {
            throw row.wrong(
                    "window_start_s (%s) must be a multiple of %.0f seconds."
                            .formatted(row.cells().get(1), STEP));
        }
        double shape = row.number(5, "shape", 1e6);
        if (shape < 1e-3) {
            throw row.wrong("shape (%s) must be at least 0.001.".formatted(row.cells().get(5)));
        }
        GapLaw law =
                switch (row.cells().get(4)) {
                    case "Gamma" -> new GapLaw.Gamma(shape);
                    case "Weibull" -> GapLaw.Weibull.of(shape);
                    default ->
                            throw row.wrong(
                                    "pattern (%s) must be Gamma or Weibull."
                                            .formatted(row.cells().get(4)));
                };
        return new Window(
                start, STEP, row.number(2, "rate_req_per_s", MOST_PER_SECOND) * scale, law);
    }

    double seconds() {
        return to - from;
    }

    /** A stream for each client, with a seed of its own. */
    LazyArrivals arrivals(List<TraceRequest> lengths, long seed) {
        var seeds = new SplittableRandom(seed);
        var streams = new ArrayList<RenewalArrivals>();
        for (Map.Entry<String, List<Window>> client : clients.entrySet()) {
            streams.add(
                    new RenewalArrivals(
                            client.getValue().stream()
                                    .map(w ->
                                            new Window(
                                                    w.startSeconds() - from,
                                                    w.seconds(),
                                                    w.rate(),
                                                    w.law()))
                                    .toList(),
                            lengths,
                            new Label(client.getKey(), "", 0),
                            seeds.nextLong()));
        }
        return new MergedArrivals(streams);
    }
}
