package dev.keelson.lab;

import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.world.FleetStudy;
import dev.keelson.simulator.world.RunResult;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * GPU-hours at 99 % SLO attainment, in Markdown: every policy is played at several settings of its
 * target, which is its curve; the GPU-hours at 99 % are read from it, linear between the two
 * settings next to it. A policy all of whose settings serve more is read at its cheapest, one all
 * of whose settings serve less has none.
 */
final class ForecastScalingTable {
    private static final double WANTED = 0.99;

    /** Days of demand: their curves are played around the wanted attainment only. */
    private static final Set<String> LONG = Set.of("servegen", "burstgpt");

    private static final String FORECAST = "forecast";
    private static final String ORACLE = "oracle";
    private static final List<String> SHARES =
            List.of("0.5", "0.6", "0.7", "0.8", "0.9", "1.0", "1.2", "1.5", "2.0");

    /** Policies with the settings of their curves. */
    private static final List<List<String>> CURVES =
            List.of(
                    swept("hpa", "target", SHARES),
                    swept("knative-kpa", "target", List.of("0.2", "0.3", "0.5", "0.7", "0.9")),
                    swept("aibrix-apa", "target", List.of("0.1", "0.2", "0.3", "0.5")),
                    swept(
                            "aibrix-kpa-intended",
                            "target",
                            List.of("0.2", "0.3", "0.4", "0.5", "0.7")),
                    List.of("dynamo-easy", "dynamo-easy:latency=1"),
                    List.of("dynamo-sla"),
                    swept("ray-serve", "target", List.of("12", "16", "24", "32", "48")),
                    swept(
                            "skyserve",
                            "target",
                            List.of("0.7", "0.8", "0.9", "1.0", "1.1", "1.2", "1.4")),
                    List.of("llm-d-wva"),
                    swept("reactive", "target", SHARES),
                    swept("reactive:inHold=300", "target", SHARES),
                    swept(FORECAST, "price", List.of("1", "1.5", "2", "2.5", "3", "4", "6", "8")),
                    swept(
                            ORACLE,
                            "headroom",
                            List.of("0.6", "0.7", "0.8", "0.9", "1.0", "1.1", "1.3")));

    private final PolicyTable table;
    private final PrintWriter out;

    ForecastScalingTable(PolicyTable table, PrintWriter out) {
        this.table = table;
        this.out = out;
    }

    private static List<String> swept(String policy, String option, List<String> values) {
        return values.stream().map(v -> policy + ":" + option + "=" + v).toList();
    }

    /** Every policy that has a curve. */
    static List<String> policies() {
        return CURVES.stream().map(curve -> name(curve.getFirst())).distinct().toList();
    }

    /**
     * @param demands of {@link PolicyTable#demands()}
     * @param fleets of {@link PolicyTable#fleets()}
     * @param policies of {@link #policies()}: whose curves are played
     */
    void print(List<String> demands, List<String> fleets, List<String> policies) {
        var curves = CURVES.stream().filter(c -> policies.contains(name(c.getFirst()))).toList();
        var saved = new ArrayList<Double>();
        for (String demand : PolicyTable.demands()) {
            for (String fleet : PolicyTable.fleets()) {
                if (demands.contains(demand) && fleets.contains(fleet)) {
                    print(demand, fleet, curves, saved);
                }
            }
        }
        if (!saved.isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "Mean over %d rows: %.0f %% of the gap between the best baseline and the oracle saved.%n",
                    saved.size(),
                    100 * saved.stream().mapToDouble(s -> s).average().orElse(0));
        }
    }

    private void print(String demand, String fleet, List<List<String>> curves, List<Double> saved) {
        var study = table.study(demand, fleet);
        out.printf("**%s on %s**%n%n", demand, fleet);
        out.println("| policy | GPU-h at 99 % | its curve: setting: GPU-h, SLO % |");
        out.println("|---|---|---|");
        var read = new TreeMap<String, Double>();
        RunResult forecastAtMost = null;
        for (var settings : curves) {
            var played = LONG.contains(demand) ? around(study, settings) : all(study, settings);
            var points = List.copyOf(played.values());
            double hours = read(points);
            var name = name(settings.getFirst());
            if (!Double.isNaN(hours)) {
                read.put(name, hours);
            }
            if (name.equals(FORECAST)) {
                forecastAtMost =
                        Collections.max(
                                points, Comparator.comparingDouble(RunResult::sloAttainment));
            }
            out.println(line(name, hours, List.copyOf(played.keySet()), points));
            out.flush();
        }
        out.println();
        summary(read, forecastAtMost, saved);
        out.flush();
    }

    private static SequencedMap<String, RunResult> all(FleetStudy study, List<String> settings) {
        var played = new LinkedHashMap<String, RunResult>();
        settings.forEach(setting -> played.put(setting, study.play(PolicyChoice.parse(setting))));
        return played;
    }

    /**
     * The two settings next to the wanted attainment, found by halving, and those tried on the way;
     * in the settings' order. The attainment goes one way along the settings, up to small noise.
     */
    private static SequencedMap<String, RunResult> around(FleetStudy study, List<String> settings) {
        var found = new TreeMap<Integer, RunResult>();
        IntFunction<RunResult> play =
                i -> found.computeIfAbsent(i, k -> study.play(PolicyChoice.parse(settings.get(k))));
        int low = 0;
        int high = settings.size() - 1;
        boolean isGenerousFirst =
                play.apply(low).sloAttainment() > play.apply(high).sloAttainment();
        while (high - low > 1) {
            int middle = (low + high) / 2;
            boolean isEnough = play.apply(middle).sloAttainment() >= WANTED;
            if (isEnough == isGenerousFirst) {
                low = middle;
            } else {
                high = middle;
            }
        }
        var played = new LinkedHashMap<String, RunResult>();
        found.forEach((i, row) -> played.put(settings.get(i), row));
        return played;
    }

    private static String name(String choice) {
        int last = choice.lastIndexOf(':');
        return last < 0 || choice.startsWith("dynamo") ? choice : choice.substring(0, last);
    }

    /**
     * GPU-hours at the wanted attainment: of all neighbouring settings on either side of it the
     * cheapest reading; else the cheapest setting that serves it; NaN where none does.
     */
    static double read(List<RunResult> points) {
        return read(points, RunResult::gpuHours);
    }

    /** The same of another cost of a run than its GPU-hours. */
    static double read(List<RunResult> points, ToDoubleFunction<RunResult> cost) {
        double best = Double.NaN;
        for (int i = 0; i < points.size(); i++) {
            var p = points.get(i);
            if (p.sloAttainment() >= WANTED) {
                best = least(best, cost.applyAsDouble(p));
            }
            if (i > 0) {
                var before = points.get(i - 1);
                double rise = p.sloAttainment() - before.sloAttainment();
                double share = (WANTED - before.sloAttainment()) / rise;
                if (rise != 0 && share >= 0 && share <= 1) {
                    double from = cost.applyAsDouble(before);
                    best = least(best, from + share * (cost.applyAsDouble(p) - from));
                }
            }
        }
        return best;
    }

    private static double least(double one, double other) {
        return Double.isNaN(one) ? other : Math.min(one, other);
    }

    private static String line(
            String name, double hours, List<String> curve, List<RunResult> points) {
        var text = new StringBuilder("| " + name + " | ");
        text.append(Double.isNaN(hours) ? "–" : String.format(Locale.ROOT, "%.2f", hours));
        text.append(" |");
        for (int i = 0; i < points.size(); i++) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            " %s: %.2f, %.2f;",
                            setting(curve.get(i)),
                            points.get(i).gpuHours(),
                            100 * points.get(i).sloAttainment()));
        }
        return text.append(" |").toString();
    }

    private static String setting(String choice) {
        int equals = choice.lastIndexOf('=');
        return equals < 0 ? "as it is" : choice.substring(equals + 1);
    }

    /**
     * A forecast none of whose settings serves the wanted attainment saves nothing: what it spends
     * at its highest attainment is counted where that is more than the best baseline's.
     */
    private void summary(
            Map<String, Double> read, @Nullable RunResult forecastAtMost, List<Double> saved) {
        var oracle = read.get(ORACLE);
        var best =
                read.entrySet().stream()
                        .filter(e -> !e.getKey().equals(FORECAST) && !e.getKey().equals(ORACLE))
                        .min(Map.Entry.comparingByValue());
        if (forecastAtMost == null || oracle == null || best.isEmpty()) {
            out.println("Without the oracle, a baseline or the forecast there is no gap to read.");
            out.println();
            return;
        }
        var reached = read.get(FORECAST);
        double forecast = reached == null ? forecastAtMost.gpuHours() : reached;
        double gap = best.get().getValue() - oracle;
        boolean isOpen = gap > 0.005 * oracle;
        double share = (best.get().getValue() - forecast) / gap;
        double counted = reached == null ? Math.min(0, share) : share;
        out.printf(
                Locale.ROOT,
                "Best baseline %s %.2f, forecast %s%.2f, oracle %.2f: %s.%n%n",
                best.get().getKey(),
                best.get().getValue(),
                reached == null ? "above " : "",
                forecast,
                oracle,
                isOpen
                        ? String.format(Locale.ROOT, "%.0f %% of the gap saved", 100 * counted)
                        : "no gap to speak of, not counted");
        if (isOpen) {
            saved.add(counted);
        }
    }
}
