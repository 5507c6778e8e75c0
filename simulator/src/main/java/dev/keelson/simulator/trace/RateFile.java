package dev.keelson.simulator.trace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Demand over time: ServeGen's requests per second by model, BurstGPT's requests per hour, and its
 * tokens per second by minute.
 */
final class RateFile {
    private static final String SERVEGEN =
            "category,model,window_start_s,clients_active,total_rate_req_per_s,top1_client_rate";
    private static final String BURSTGPT_HOURLY = "day,hour,conversation,api,all";
    private static final String BURSTGPT_MINUTES = "minute,tokens_per_s";

    /** More is another unit. */
    private static final double MOST_PER_SECOND = 1e6;

    private static final double MOST_TOKENS_PER_SECOND = 1e9;
    static final List<String> HEADERS = List.of(SERVEGEN, BURSTGPT_HOURLY, BURSTGPT_MINUTES);

    /**
     * @param amount requests of the interval, or tokens where {@code isTokens}
     */
    record Interval(double startSeconds, double seconds, double amount) {}

    /**
     * @param intervals from second 0, without gaps, and never empty
     */
    record Rates(List<Interval> intervals, boolean isTokens) {
        Rates {
            intervals = List.copyOf(intervals);
        }

        /** The same as rates, {@code perAmount} requests for each unit of an amount. */
        List<RenewalArrivals.Window> windows(double perAmount, GapLaw law) {
            return intervals.stream()
                    .map(i ->
                            new RenewalArrivals.Window(
                                    i.startSeconds(),
                                    i.seconds(),
                                    i.amount() * perAmount / i.seconds(),
                                    law))
                    .toList();
        }
    }

    private RateFile() {}

    /** The table's header is one of {@link #HEADERS}. */
    static Rates of(TextTable table, TraceChoice choice) {
        return switch (table.header()) {
            case SERVEGEN -> servegen(table, choice);
            case BURSTGPT_HOURLY -> hourly(table, choice);
            case BURSTGPT_MINUTES -> minutes(table, choice);
            default -> throw new IllegalStateException("No demand file: " + table.header());
        };
    }

    private static Rates servegen(TextTable table, TraceChoice choice) {
        var wanted = choice.series();
        double step = 600;
        double expected = -1;
        var kept = new ArrayList<Interval>();
        for (var row = table.next(); row != null; row = table.next()) {
            wanted = wanted == null ? row.cells().get(1) : wanted;
            if (!row.cells().get(1).equals(wanted)) {
                continue;
            }
            double start = row.number(2, "window_start_s");
            if (expected >= 0 && start != expected) {
                throw row.wrong(
                        "irregular step; expected window_start_s %s for model %s."
                                .formatted(expected, wanted));
            }
            expected = start + step;
            add(
                    kept,
                    choice,
                    start,
                    step,
                    row.number(4, "total_rate_req_per_s", MOST_PER_SECOND) * step);
        }
        return checked(table, kept, wanted, false);
    }

    private static Rates hourly(TextTable table, TraceChoice choice) {
        var names = List.of(BURSTGPT_HOURLY.split(",", -1));
        var wanted = choice.series() != null ? choice.series() : "conversation";
        int column = names.indexOf(wanted);
        if (column < 2) {
            throw InputException.at(
                    table.file(),
                    1,
                    "no series '%s'; expected one of %s.".formatted(wanted, names.subList(2, 5)));
        }
        var kept = new ArrayList<Interval>();
        double expected = -1;
        for (var row = table.next(); row != null; row = table.next()) {
            double start =
                    row.whole(0, "day", 0, 100_000) * 86_400.0
                            + row.whole(1, "hour", 0, 23) * 3_600.0;
            if (expected >= 0 && start != expected) {
                throw row.wrong("irregular step; expected one line an hour.");
            }
            expected = start + 3_600;
            add(kept, choice, start, 3_600, row.number(column, wanted, MOST_PER_SECOND * 3_600));
        }
        return checked(table, kept, wanted, false);
    }

    private static Rates minutes(TextTable table, TraceChoice choice) {
        var kept = new ArrayList<Interval>();
        int next = -1;
        for (var row = table.next(); row != null; row = table.next()) {
            int minute = row.whole(0, "minute", 0, 100_000_000);
            if (next < 0) {
                next = minute;
            }
            if (minute < next) {
                throw row.wrong("minute goes back; expected rising minutes.");
            }
            // The publishers leave out minutes without requests.
            for (; next < minute; next++) {
                add(kept, choice, next * 60.0, 60, 0);
            }
            add(
                    kept,
                    choice,
                    minute * 60.0,
                    60,
                    row.number(1, "tokens_per_s", MOST_TOKENS_PER_SECOND) * 60);
            next = minute + 1;
        }
        return checked(table, kept, "tokens_per_s", true);
    }

    private static void add(
            List<Interval> kept, TraceChoice choice, double start, double seconds, double amount) {
        long day = (long) (start / 86_400);
        if (day >= choice.fromDay() && day <= choice.toDay()) {
            kept.add(new Interval(start, seconds, amount));
        }
    }

    private static Rates checked(
            TextTable table, List<Interval> kept, @Nullable String wanted, boolean isTokens) {
        if (kept.isEmpty()) {
            throw new InputException(
                    "%s: no line of series '%s' lies in the days asked for."
                            .formatted(table.file(), wanted));
        }
        double origin = kept.getFirst().startSeconds();
        return new Rates(
                kept.stream()
                        .map(i -> new Interval(i.startSeconds() - origin, i.seconds(), i.amount()))
                        .toList(),
                isTokens);
    }
}
