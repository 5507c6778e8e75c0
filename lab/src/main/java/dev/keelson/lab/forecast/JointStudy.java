package dev.keelson.lab.forecast;

import dev.keelson.forecaster.statistical.calibrate.SampleQuantile;
import dev.keelson.forecaster.statistical.pool.IndicatorRegression;
import dev.keelson.simulator.trace.PrefixRequest;
import dev.keelson.simulator.trace.TraceRequest;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * Several indicators of one demand, forecast each alone and together: once by what a regression is
 * told (its own lags, or all), once by how sample paths of prompt and output tokens belong together
 * (each with its own residuals, both with those of the same moment, or requests times the tokens of
 * a request then, as they were or relative to the newest).
 */
record JointStudy(StudyData data) {
    private static final List<String> NAMES =
            List.of("requests", "prompt tokens", "output tokens", "prefix hits");
    private static final int PATHS = 60;
    private static final int WAYS = 4;

    /** The trace is half an hour long. */
    private static final int MOONCAKE_FIRST = 90;

    private static final int REFIT = 36;
    private static final double[] LEVELS = {.1, .5, .9};

    /**
     * Indicators step by step.
     *
     * @param indicators in the order of {@link #NAMES}; hits may be missing
     * @param steps ahead
     * @param season in steps, 0 for none
     * @param first steps known at the first scored origin
     */
    private record Indicators(
            String name, List<double[]> indicators, int steps, int season, int first) {
        int origins() {
            return indicators.getFirst().length - steps - first + 1;
        }

        double outcome(int i, int end) {
            return mean(indicators.get(i), end, end + steps);
        }
    }

    void print(PrintWriter out) {
        var sets = List.of(clients(), azure(), mooncake());
        out.printf("Each indicator alone and all together, WAPE of the mean of the next steps%n%n");
        out.println("| set | indicator | last level | own lags | lags of all |");
        out.println("|---|---|---|---|---|");
        sets.forEach(set -> lags(out, set));
        out.printf(
                "%nPaths of the work of prompts and outputs together: mean pinball loss (.1, .5, .9) ÷ mean work, share within 80 %%%n%n");
        out.println(
                "| set | origins | residuals of each | residuals of one moment | requests × tokens of a request then | requests × newest tokens of a request × their change then |");
        out.println("|---|---|---|---|---|---|");
        sets.forEach(set -> paths(out, set));
    }

    private static double mean(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).average().orElse(0);
    }

    /** Forecasts per origin and indicator from the first origin that can be learned from. */
    private static double[][] said(Indicators set, boolean joint, int from) {
        var regression = new IndicatorRegression(set.steps, set.season, joint);
        int count = set.indicators.getFirst().length - set.steps - from + 1;
        double[][] said = new double[count][];
        IndicatorRegression.Fit fit = regression.fit(set.indicators, from);
        for (int i = 0; i < count; i++) {
            if (i % REFIT == 0) {
                fit = regression.fit(set.indicators, from + i);
            }
            said[i] = fit.forecast(set.indicators, from + i);
        }
        return said;
    }

    private static void lags(PrintWriter out, Indicators set) {
        double[][] own = said(set, false, set.first);
        double[][] all = said(set, true, set.first);
        for (int k = 0; k < set.indicators.size(); k++) {
            double[] error = new double[3];
            double size = 0;
            for (int i = 0; i < set.origins(); i++) {
                int end = set.first + i;
                double outcome = set.outcome(k, end);
                size += outcome;
                error[0] += Math.abs(outcome - mean(set.indicators.get(k), end - set.steps, end));
                error[1] += Math.abs(outcome - own[i][k]);
                error[2] += Math.abs(outcome - all[i][k]);
            }
            out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.4f | %.4f | %.4f |%n",
                    set.name,
                    NAMES.get(k),
                    error[0] / size,
                    error[1] / size,
                    error[2] / size);
        }
    }

    /** Ways of drawing paths around the same forecasts, from residuals that have landed. */
    private static void paths(PrintWriter out, Indicators set) {
        int from = set.first - PATHS - set.steps;
        double[][] said = said(set, false, from);
        double[] half = {
            mean(set.indicators.get(1), 0, set.first) * 2,
            mean(set.indicators.get(2), 0, set.first) * 2
        };
        double[] loss = new double[WAYS];
        double[] within = new double[WAYS];
        double size = 0;
        for (int i = 0; i < set.origins(); i++) {
            int now = set.first + i - from;
            int end = set.first + i;
            double[][] drawn = new double[WAYS][PATHS];
            for (int path = 0; path < PATHS; path++) {
                int then = now - set.steps - path;
                int other = now - set.steps - (7 * path + 3) % PATHS;
                double requests = said[now][0] * ratio(set, said, 0, other, from);
                for (int k = 1; k <= 2; k++) {
                    double residual = ratio(set, said, k, then, from);
                    double apart = k == 1 ? residual : ratio(set, said, k, other, from);
                    double later = perRequest(set, k, from + then, from + then + set.steps);
                    double level = perRequest(set, k, from + then - set.steps, from + then);
                    double newest = perRequest(set, k, end - set.steps, end);
                    drawn[0][path] += said[now][k] * apart / half[k - 1];
                    drawn[1][path] += said[now][k] * residual / half[k - 1];
                    drawn[2][path] += requests * later / half[k - 1];
                    drawn[3][path] += requests * newest * later / level / half[k - 1];
                }
            }
            double outcome = set.outcome(1, end) / half[0] + set.outcome(2, end) / half[1];
            size += outcome;
            for (int way = 0; way < WAYS; way++) {
                Arrays.sort(drawn[way]);
                loss[way] += pinball(drawn[way], outcome);
                boolean inside =
                        SampleQuantile.of(drawn[way], .1) <= outcome
                                && outcome <= SampleQuantile.of(drawn[way], .9);
                within[way] += inside ? 1 : 0;
            }
        }
        out.printf(Locale.ROOT, "| %s | %d |", set.name, set.origins());
        for (int way = 0; way < WAYS; way++) {
            out.printf(Locale.ROOT, " %.4f, %.3f |", loss[way] / size, within[way] / set.origins());
        }
        out.println();
    }

    private static double perRequest(Indicators set, int k, int from, int to) {
        return Math.max(1e-9, mean(set.indicators.get(k), from, to))
                / Math.max(1e-9, mean(set.indicators.getFirst(), from, to));
    }

    private static double ratio(Indicators set, double[][] said, int k, int then, int from) {
        return set.outcome(k, from + then) / Math.max(1e-9, said[then][k]);
    }

    private static double pinball(double[] sorted, double outcome) {
        double sum = 0;
        for (double level : LEVELS) {
            double difference = outcome - SampleQuantile.of(sorted, level);
            sum += Math.max(level * difference, (level - 1) * difference) / LEVELS.length;
        }
        return sum;
    }

    /** m-small's clients with published lengths, the next hour, days 8 and 9. */
    private Indicators clients() {
        double[][] steps = new double[3][10 * 144];
        for (var row : data.clientWindows()) {
            if (row.optional("mean_prompt_tokens").isPresent()) {
                int step = (int) (row.whole("window_start_s", 0) / StudyData.TEN_MINUTES);
                double requests = row.number("rate_req_per_s", 0) * StudyData.TEN_MINUTES;
                steps[0][step] += requests;
                steps[1][step] += requests * row.number("mean_prompt_tokens", 0);
                steps[2][step] += requests * row.number("mean_output_tokens", 0);
            }
        }
        return new Indicators("ServeGen m-small, 5 clients, 1 h", List.of(steps), 6, 144, 8 * 144);
    }

    /** The Azure hour in steps of ten seconds, the next minute. */
    private Indicators azure() {
        double[][] steps = new double[3][(int) (data.azure().seconds() / 10)];
        for (TraceRequest request : data.azure()) {
            int step = (int) (request.seconds() / 10);
            if (step < steps[0].length) {
                steps[0][step]++;
                steps[1][step] += request.promptTokens();
                steps[2][step] += request.outputTokens();
            }
        }
        return new Indicators("Azure, 1 min", List.of(steps), 6, 0, 180);
    }

    /** Mooncake's conversations; a block is a hit where an earlier request had it. */
    private Indicators mooncake() {
        List<PrefixRequest> requests = data.mooncake();
        int last = (int) (requests.getLast().arrivalSeconds() / 10);
        double[][] steps = new double[4][last];
        var seen = new HashSet<Long>();
        for (PrefixRequest request : requests) {
            int step = (int) (request.arrivalSeconds() / 10);
            int hits = 0;
            while (hits < request.blocks().size() && seen.contains(request.blocks().get(hits))) {
                hits++;
            }
            seen.addAll(request.blocks());
            if (step < last) {
                int cached = hits == 0 ? 0 : request.cachedTokens(hits, StudyData.MOONCAKE_BLOCK);
                steps[0][step]++;
                steps[1][step] += request.inputTokens() - cached;
                steps[2][step] += request.outputTokens();
                steps[3][step] += cached;
            }
        }
        return new Indicators("Mooncake, 1 min", List.of(steps), 6, 0, MOONCAKE_FIRST);
    }
}
