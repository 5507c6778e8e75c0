package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.classes.ClassClusters;
import dev.keelson.forecaster.statistical.classes.ClassDemand;
import dev.keelson.forecaster.statistical.classes.ClassForecaster;
import dev.keelson.forecaster.statistical.classes.RequestClass;
import dev.keelson.forecaster.statistical.pool.KernelRegression;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import dev.keelson.forecaster.statistical.pool.RidgeDirect;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import dev.keelson.forecaster.statistical.pool.SlotMean;
import dev.keelson.forecaster.statistical.pool.SpikeHybrid;
import dev.keelson.forecaster.statistical.pool.Theta;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Request classes: the demand of all of them forecast as one series, as the sum of their largest
 * clusters and the rest, and class by class; the clusters are found anew at the end of each day.
 */
record ClassStudy(StudyData data, StudyWorkers workers, long seed) {
    private static final int TOP = 5;
    private static final int DAYS = 7;
    private static final double SIMILAR = .8;
    private static final double SPIKE = 1.5;
    private static final int NEIGHBOURS = 8;

    /** Demand by class: one value per step each. */
    record Classes(
            String name,
            SortedMap<RequestClass, double[]> demand,
            int steps,
            int season,
            int firstDay) {
        int length() {
            return demand.firstEntry().getValue().length;
        }

        double[] sum(Collection<RequestClass> classes) {
            double[] sum = new double[length()];
            for (RequestClass one : classes) {
                double[] values = demand.getOrDefault(one, new double[sum.length]);
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += values[i];
                }
            }
            return sum;
        }

        SortedMap<RequestClass, Double> at(int step) {
            var counts = new TreeMap<RequestClass, Double>();
            demand.forEach((one, values) -> counts.put(one, values[step]));
            return counts;
        }

        Rolling rolling(double[] values) {
            var series = Series.of(name, 0, StudyData.TEN_MINUTES, values);
            return new Rolling(series, steps, season, firstDay * season - 1);
        }
    }

    /** The groups of each scored day; every class is in one of them. */
    private record Groups(List<List<Collection<RequestClass>>> days) {
        static Groups fixed(Classes set, List<Collection<RequestClass>> groups) {
            var days = new ArrayList<List<Collection<RequestClass>>>();
            for (int first = set.firstDay; first * set.season < set.length(); first++) {
                days.add(groups);
            }
            return new Groups(days);
        }
    }

    void print(PrintWriter out) {
        var sets = List.of(clients(), models(), burstgpt());
        out.printf("Request classes, one hour ahead, WAPE, seed %d%n%n", seed);
        out.println(
                "| set | classes | clusters at the end | volume of the top %d | method | one series | top %d clusters and the rest | every class | mean of one series and clusters |"
                        .formatted(TOP, TOP));
        out.println("|---|---|---|---|---|---|---|---|---|");
        workers.map(sets, this::rows).forEach(out::print);
    }

    private Classes clients() {
        return new Classes("ServeGen m-small by client", data.servegenClients(), 6, 144, 8);
    }

    private Classes models() {
        var demand = new TreeMap<>(data.servegenClients());
        demand.put(RequestClass.of("m-large", ""), data.servegen("m-large").values());
        return new Classes("m-small by client and m-large", demand, 6, 144, 8);
    }

    private Classes burstgpt() {
        var demand = new TreeMap<RequestClass, double[]>();
        demand.put(
                RequestClass.of("burstgpt", "conversation"),
                data.burstgpt("conversation").values());
        demand.put(RequestClass.of("burstgpt", "api"), data.burstgpt("api").values());
        return new Classes("BurstGPT conversation and API", demand, 1, 24, 35);
    }

    private String rows(Classes set) {
        Groups one = Groups.fixed(set, List.of(set.demand.keySet()));
        Groups each =
                Groups.fixed(
                        set,
                        set.demand.keySet().stream()
                                .<Collection<RequestClass>>map(List::of)
                                .toList());
        var coverage = new double[1];
        var count = new int[1];
        Groups top = clustered(set, coverage, count);
        Rolling all = set.rolling(set.sum(set.demand.keySet()));
        var text = new StringBuilder();
        for (LocalMethod method : methods(set)) {
            double[] whole = local(set, one, method);
            double[] clusters = local(set, top, method);
            row(text, set, coverage[0], count[0], method.name());
            score(text, all, whole, clusters, local(set, each, method), mean(whole, clusters));
        }
        double[][] ours = online(set);
        row(text, set, coverage[0], count[0], "keelson");
        score(text, all, ours[0], ours[1], null, ours[2]);
        return text.toString();
    }

    private static List<LocalMethod> methods(Classes set) {
        var ridge = new RidgeDirect(set.season, DAYS * set.season);
        int window = set.length() > 4 * DAYS * set.season ? DAYS * set.season : set.season;
        var kernel = new KernelRegression(window, NEIGHBOURS);
        return List.of(
                new SeasonalNaive(1),
                new SlotMean(set.season, DAYS, true, set.steps),
                new Theta(set.season),
                ridge,
                kernel,
                new SpikeHybrid(ridge, kernel, SPIKE));
    }

    private static void row(
            StringBuilder text, Classes set, double coverage, int count, String method) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "| %s | %d | %d | %.3f | %s |",
                        set.name,
                        set.demand.size(),
                        count,
                        coverage,
                        method));
    }

    private static void score(
            StringBuilder text,
            Rolling set,
            double[] whole,
            double[] clusters,
            double @Nullable [] each,
            double[] mean) {
        text.append(
                String.format(
                        Locale.ROOT,
                        " %.4f | %.4f | %s | %.4f |%n",
                        set.wape(whole),
                        set.wape(clusters),
                        each == null ? "not run" : share(set.wape(each)),
                        set.wape(mean)));
    }

    private static String share(double wape) {
        return wape > 100 ? "> 100" : String.format(Locale.ROOT, "%.4f", wape);
    }

    private static double[] mean(double[] one, double[] other) {
        double[] mean = new double[one.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (one[i] + other[i]) / 2;
        }
        return mean;
    }

    /** The clusters of each scored day, found at the end of the day before. */
    private static Groups clustered(Classes set, double[] coverage, int[] count) {
        var demand = new ClassDemand();
        var clusters = new ClassClusters(SIMILAR, DAYS * set.season);
        var days = new ArrayList<List<Collection<RequestClass>>>();
        for (int step = 0; step < set.length(); step++) {
            if (step > 0 && step % set.season == 0) {
                clusters.update(demand);
                if (step >= set.firstDay * set.season) {
                    days.add(groups(set, clusters));
                }
            }
            demand.observe(set.at(step));
        }
        count[0] = clusters.clusters().size();
        double all = set.demand.keySet().stream().mapToDouble(demand::volume).sum();
        coverage[0] =
                clusters.clusters().stream()
                                .limit(TOP)
                                .flatMap(Collection::stream)
                                .mapToDouble(demand::volume)
                                .sum()
                        / all;
        return new Groups(days);
    }

    private static List<Collection<RequestClass>> groups(Classes set, ClassClusters clusters) {
        var groups = new ArrayList<Collection<RequestClass>>();
        var rest = new TreeSet<>(set.demand.keySet());
        clusters.clusters().stream()
                .limit(TOP)
                .forEach(cluster -> {
                    groups.add(cluster);
                    rest.removeAll(cluster);
                });
        if (!rest.isEmpty()) {
            groups.add(rest);
        }
        return groups;
    }

    /** The sum of the groups' forecasts per origin, each group fitted anew every day. */
    private double[] local(Classes set, Groups groups, LocalMethod method) {
        return sums(set, groups, values -> set.rolling(values).points(method));
    }

    /** The production forecaster of classes: one series, its clusters, both; origins each. */
    private double[][] online(Classes set) {
        Rolling rolling = set.rolling(set.sum(set.demand.keySet()));
        var forecaster =
                new ClassForecaster(
                        rolling.settings(seed, 4 * set.season), rolling::pool, TOP, SIMILAR);
        double[][] points = new double[3][rolling.origins()];
        for (int step = 0; step <= rolling.last(); step++) {
            forecaster.observe(set.at(step));
            int i = step - rolling.first();
            QuantileForecast whole = forecaster.whole();
            if (i >= 0 && whole != null) {
                points[0][i] = whole.median(0);
                points[1][i] = forecaster.clustered(0);
                points[2][i] = forecaster.requests(0);
            }
        }
        return points;
    }

    private static double[] sums(
            Classes set, Groups groups, Function<double[], double[]> forecasts) {
        Map<List<RequestClass>, double[]> known = new HashMap<>();
        int origins = set.rolling(set.sum(List.of())).origins();
        double[] sums = new double[origins];
        for (int i = 0; i < origins; i++) {
            for (var group : groups.days.get(i / set.season)) {
                sums[i] +=
                        known.computeIfAbsent(
                                        List.copyOf(group), key -> forecasts.apply(set.sum(key)))[
                                i];
            }
        }
        return sums;
    }
}
