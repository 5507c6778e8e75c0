package dev.keelson.simulator.baseline;

import dev.keelson.simulator.trace.Fleet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes every policy that decides a replica count. */
public final class Baselines {
    /** Names in the order of the documentation. */
    public static final List<String> NAMES =
            List.of(
                    "static-peak",
                    "static-mean",
                    "hpa",
                    "knative-kpa",
                    "aibrix-apa",
                    "aibrix-kpa",
                    "aibrix-kpa-intended",
                    "dynamo-easy",
                    "dynamo-sla",
                    "ray-serve",
                    "skyserve",
                    "llm-d-wva",
                    "oracle");

    /**
     * Targets that a comparison sweeps, by policy; those without a target of their own are absent.
     */
    private static final SortedMap<String, List<String>> SWEEPS = sweeps();

    /** Share of what a replica runs at once that a concurrency target leaves in use. */
    private static final double SHARE = 0.7;

    /**
     * Shortage of one replica against one replica. Unserved requests are not lost here but wait and
     * delay those behind them, so that even a small shortage costs much.
     */
    private static final double SHORTFALL = 100;

    /**
     * What policies that know the load are sized by.
     *
     * @param requestsPerSecond what one replica serves within the SLO
     * @param usableKvTokens KV that a replica comes to hold
     * @param demandByMinute replicas needed, by minute
     * @param demand replicas needed, by {@code intervalSeconds}
     */
    public record Sizing(
            double requestsPerSecond,
            double usableKvTokens,
            List<Double> demandByMinute,
            List<Double> demand,
            double intervalSeconds) {
        public Sizing {
            demandByMinute = List.copyOf(demandByMinute);
            demand = List.copyOf(demand);
        }
    }

    private Baselines() {}

    private static SortedMap<String, List<String>> sweeps() {
        var concurrency = List.of("0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9");
        var sweeps = new TreeMap<String, List<String>>();
        sweeps.put("hpa", concurrency);
        sweeps.put("knative-kpa", concurrency);
        sweeps.put("reactive", concurrency);
        sweeps.put("skyserve", concurrency);
        sweeps.put("aibrix-apa", concurrency);
        sweeps.put("aibrix-kpa", concurrency);
        sweeps.put("aibrix-kpa-intended", concurrency);
        sweeps.put("ray-serve", List.of("2", "8", "16", "24", "32", "40", "48"));
        return sweeps;
    }

    /** The policy at each target of its sweep; itself where it has none or brings its own. */
    public static List<PolicyChoice> sweep(PolicyChoice choice) {
        var targets = SWEEPS.get(choice.text());
        return targets == null
                ? List.of(choice)
                : targets.stream()
                        .map(target -> PolicyChoice.parse(choice.name() + ":target=" + target))
                        .toList();
    }

    /**
     * @throws IllegalArgumentException for an unknown name or option
     */
    public static Autoscaler create(PolicyChoice choice, Fleet fleet, Sizing sizing) {
        int least = fleet.minReplicas();
        int most = fleet.maxReplicas();
        return switch (choice.name()) {
            case "static-peak" ->
                    new StaticAutoscaler(
                            bounded(fleet, highest(sizing.demandByMinute())),
                            "the busiest minute of the trace");
            case "static-mean" ->
                    new StaticAutoscaler(
                            bounded(fleet, mean(sizing.demandByMinute())), "the mean of the trace");
            case "hpa" -> new HpaAutoscaler(perReplica(choice, fleet), least, most);
            case "knative-kpa" ->
                    new KnativeAutoscaler(
                            KnativeRules.Config.concurrency(fleet.maxSequences(), share(choice)));
            case "aibrix-apa" -> aibrix(choice, fleet, AibrixRules.Strategy.APA, false);
            case "aibrix-kpa" -> aibrix(choice, fleet, AibrixRules.Strategy.KPA, false);
            case "aibrix-kpa-intended" -> aibrix(choice, fleet, AibrixRules.Strategy.KPA, true);
            case "dynamo-easy" -> dynamoEasy(choice, fleet, sizing);
            case "dynamo-sla" -> new DynamoSlaAutoscaler(fleet);
            case "ray-serve" ->
                    new RayServeAutoscaler(
                            RayServeRules.Config.defaults(
                                    choice.option("target", 2, 0.01, 100_000), least, most));
            case "skyserve" ->
                    new SkyServeAutoscaler(
                            SkyServeRules.Config.defaults(
                                    choice.option("target", SHARE, 0.01, 10)
                                            * sizing.requestsPerSecond(),
                                    least,
                                    most));
            case "llm-d-wva" -> new WvaAutoscaler(WvaSaturation.Config.DEFAULTS);
            case "oracle" -> oracle(choice, fleet, sizing);
            default ->
                    throw new IllegalArgumentException(
                            "There is no run policy '%s'.".formatted(choice.name()));
        };
    }

    private static double share(PolicyChoice choice) {
        return choice.option("target", SHARE, 0.01, 10);
    }

    private static double perReplica(PolicyChoice choice, Fleet fleet) {
        return share(choice) * fleet.maxSequences();
    }

    private static Autoscaler aibrix(
            PolicyChoice choice, Fleet fleet, AibrixRules.Strategy strategy, boolean intended) {
        return new AibrixAutoscaler(
                AibrixRules.Config.defaults(
                        strategy,
                        choice.option("target", 0.5, 0.01, 10),
                        fleet.minReplicas(),
                        fleet.maxReplicas(),
                        intended));
    }

    private static Autoscaler dynamoEasy(PolicyChoice choice, Fleet fleet, Sizing sizing) {
        boolean latency = choice.option("latency", 0, 0, 1) > 0;
        return new DynamoEasyAutoscaler(
                new DynamoRules.Config(
                        latency ? DynamoRules.Target.LATENCY : DynamoRules.Target.THROUGHPUT,
                        Math.max(1, fleet.minReplicas()),
                        0,
                        0,
                        0,
                        0,
                        sizing.usableKvTokens(),
                        sizing.usableKvTokens()),
                new DynamoRules.Budget(
                        fleet.gpusPerReplica(),
                        -1,
                        fleet.gpusPerReplica() * fleet.maxReplicas(),
                        Math.max(1, fleet.minReplicas())));
    }

    private static Autoscaler oracle(PolicyChoice choice, Fleet fleet, Sizing sizing) {
        double lead =
                fleet.coldStart().longest().toNanos() / 1e9 * (1 + fleet.coldStart().jitter());
        double headroom = choice.option("headroom", 1, 0.01, 100);
        var prices =
                new ClairvoyantPlan.Prices(
                        1,
                        choice.option("shortfall", SHORTFALL, 0, 1e6),
                        lead / sizing.intervalSeconds());
        var counts =
                ClairvoyantPlan.counts(
                        sizing.demand().stream().mapToDouble(d -> d * headroom).toArray(),
                        -1,
                        fleet.minReplicas(),
                        fleet.maxReplicas(),
                        prices);
        var made = new TreeMap<String, String>();
        made.put("headroom", Parameters.number(headroom));
        made.put("price.replica", "1 an interval");
        made.put("price.shortfall", Parameters.number(prices.shortfall()));
        made.put("price.start", Parameters.number(prices.start()) + " (the cold start)");
        return new OracleAutoscaler(counts, sizing.intervalSeconds(), lead, made);
    }

    private static int bounded(Fleet fleet, double replicas) {
        return Math.max(
                Math.max(1, fleet.minReplicas()),
                Math.min(fleet.maxReplicas(), (int) Math.ceil(replicas - 1e-9)));
    }

    private static double highest(List<Double> demand) {
        double most = 0;
        for (double d : demand) {
            most = Math.max(most, d);
        }
        return most;
    }

    private static double mean(List<Double> demand) {
        double sum = 0;
        for (double d : demand) {
            sum += d;
        }
        return demand.isEmpty() ? 0 : sum / demand.size();
    }
}
