package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.classes.RequestClass;
import dev.keelson.forecaster.statistical.pool.Theta;
import dev.keelson.simulator.trace.Trace;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What telling requests apart gives to the tokens they bring: requests to come times the tokens of
 * one request, taken over all of them or class by class. The requests are forecast by the same
 * method in both, so that only the shape differs.
 */
record TokenShapeStudy(StudyData data) {
    private static final int DAY = 144;
    private static final int DAYS = 10;
    private static final int TEST = 8;
    private static final int ALL_BEFORE = Integer.MAX_VALUE;

    /** Per class and step: requests and tokens that came. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Work(double[] requests, double[] tokens) {
        Work(int length) {
            this(new double[length], new double[length]);
        }

        void add(int step, double count, double tokensOfOne) {
            requests[step] += count;
            tokens[step] += count * tokensOfOne;
        }

        static Work sum(Iterable<Work> parts, int length) {
            Work sum = new Work(length);
            for (Work part : parts) {
                for (int i = 0; i < length; i++) {
                    sum.requests[i] += part.requests[i];
                    sum.tokens[i] += part.tokens[i];
                }
            }
            return sum;
        }

        /** Tokens of one request in the newest steps; those of all before where none came. */
        double perRequest(int end, int window) {
            double count = 0;
            double sum = 0;
            for (int i = end - 1; i >= 0 && (end - i <= window || count <= 0); i--) {
                count += requests[i];
                sum += tokens[i];
            }
            return count > 0 ? sum / count : 0;
        }
    }

    void print(PrintWriter out) {
        out.printf("Tokens of the requests to come, WAPE%n%n");
        out.println(
                "| set | tokens | classes | all together, newest window | all together, all before | by class, newest window | by class, all before |");
        out.println("|---|---|---|---|---|---|---|");
        for (boolean output : new boolean[] {false, true}) {
            var clients = new Row("ServeGen m-small, 5 clients, next hour", output, 6, TEST * DAY);
            row(out, clients, clients(output), TokenShapeStudy::theta);
        }
        for (boolean output : new boolean[] {false, true}) {
            var azure = new Row("Azure by prompt length, next 5 minutes", output, 5, 20);
            row(out, azure, azure(output), TokenShapeStudy::level);
        }
    }

    /**
     * What is scored.
     *
     * @param steps ahead, and the steps of the newest window
     * @param first steps known at the first origin
     */
    private record Row(String name, boolean output, int steps, int first) {}

    /** How requests are forecast: the mean of the next steps, one per origin. */
    private interface Requests {
        double[] next(Row row, double[] requests);
    }

    private static double[] theta(Row row, double[] requests) {
        var series = Series.of("class", 0, StudyData.TEN_MINUTES, requests);
        return new Rolling(series, row.steps, DAY, row.first - 1).points(new Theta(DAY));
    }

    private static double[] level(Row row, double[] requests) {
        double[] next = new double[requests.length - row.steps - row.first + 1];
        for (int i = 0; i < next.length; i++) {
            next[i] = mean(requests, row.first + i - row.steps, row.first + i);
        }
        return next;
    }

    private static double mean(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).average().orElse(0);
    }

    private static void row(
            PrintWriter out, Row row, SortedMap<RequestClass, Work> classes, Requests requests) {
        int length = classes.firstEntry().getValue().requests.length;
        Work all = Work.sum(classes.values(), length);
        var next = new TreeMap<RequestClass, double[]>();
        classes.forEach((one, work) -> next.put(one, requests.next(row, work.requests)));
        double[] error = new double[4];
        double size = 0;
        for (int i = 0; row.first + i + row.steps <= length; i++) {
            int end = row.first + i;
            double arriving = 0;
            double[] said = new double[4];
            for (var one : classes.entrySet()) {
                double own = next.getOrDefault(one.getKey(), new double[length])[i];
                arriving += own;
                said[2] += own * one.getValue().perRequest(end, row.steps);
                said[3] += own * one.getValue().perRequest(end, ALL_BEFORE);
            }
            said[0] = arriving * all.perRequest(end, row.steps);
            said[1] = arriving * all.perRequest(end, ALL_BEFORE);
            double outcome = mean(all.tokens, end, end + row.steps);
            size += outcome;
            for (int k = 0; k < said.length; k++) {
                error[k] += Math.abs(said[k] - outcome);
            }
        }
        out.printf(
                Locale.ROOT,
                "| %s | %s | %d | %.4f | %.4f | %.4f | %.4f |%n",
                row.name,
                row.output ? "output" : "prompt",
                classes.size(),
                error[0] / size,
                error[1] / size,
                error[2] / size,
                error[3] / size);
    }

    /** The clients whose lengths are published; prompts and outputs per 10 minutes. */
    private SortedMap<RequestClass, Work> clients(boolean output) {
        var classes = new TreeMap<RequestClass, Work>();
        for (var row : data.clientWindows()) {
            String column = output ? "mean_output_tokens" : "mean_prompt_tokens";
            if (row.optional(column).isPresent()) {
                classes.computeIfAbsent(
                                RequestClass.of("m-small", row.text("client")),
                                client -> new Work(DAYS * DAY))
                        .add(
                                (int) (row.whole("window_start_s", 0) / StudyData.TEN_MINUTES),
                                row.number("rate_req_per_s", 0) * StudyData.TEN_MINUTES,
                                row.number(column, 0));
            }
        }
        return classes;
    }

    /** The Azure hour per minute. */
    private SortedMap<RequestClass, Work> azure(boolean output) {
        Trace trace = data.azure();
        int minutes = (int) (trace.seconds() / 60);
        var classes = new TreeMap<RequestClass, Work>();
        for (var request : trace) {
            int minute = (int) (request.seconds() / 60);
            if (minute < minutes) {
                int bucket = RequestClass.bucket(request.promptTokens());
                classes.computeIfAbsent(
                                new RequestClass("azure", "", bucket, RequestClass.UNKNOWN),
                                one -> new Work(minutes))
                        .add(minute, 1, output ? request.outputTokens() : request.promptTokens());
            }
        }
        return classes;
    }
}
