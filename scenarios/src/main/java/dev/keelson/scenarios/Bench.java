package dev.keelson.scenarios;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * {@code keelson bench [NAME...]}: runs scenarios, each on a fleet of its own, and prints one
 * Markdown table row per figure as docs/benchmarks.md holds them; studies on virtual time print
 * their tables. No figure passes or fails; a study that cannot be made has its own exit code.
 */
public final class Bench {
    private static final Map<String, Benchmark> ALL = new LinkedHashMap<>();

    /** Studies on virtual time: {@code keelson sim bench} prints their tables. */
    private static final List<String> STUDIES =
            List.of(
                    "prefix-routing",
                    "engine-validation",
                    "step-time",
                    "engine-speed",
                    "kernel-points",
                    "engine-kinds",
                    "policy-table",
                    "spot-mix",
                    "fleet-prefixes",
                    "fleet-adapters",
                    "forecast-scaling",
                    "autoscaling-harness",
                    "mixed-accelerators",
                    "fleet-speed",
                    "faults",
                    "determinism");

    /** A fleet's arguments and what is done to it. */
    private record Benchmark(List<String> up, Function<Fleet, Figures> run) {}

    static {
        var three = List.of("--nodes", "3", "--replicas", "2:4");
        var spot = List.of("--nodes", "3", "--spot", "3", "--replicas", "2:4");
        add("first-token", List.of(), fleet -> withFirstToken(fleet));
        add("kill-engine", three, fleet -> Faults.killEngine(fleet, 4, Duration.ofMinutes(1)));
        add("hang-engine", three, fleet -> Faults.hangEngine(fleet, 4, Duration.ofMinutes(1)));
        add("kill-node", three, fleet -> Faults.killNode(fleet, 4, Duration.ofSeconds(90)));
        add(
                "failover",
                List.of("--nodes", "3", "--replicas", "3:4"),
                fleet -> Failover.rounds(fleet, 50, 20));
        add(
                "kill-gateway",
                List.of("--nodes", "3", "--replicas", "2:4", "--gateways", "2"),
                fleet -> GatewayLoss.kill(fleet, 4, Duration.ofMinutes(1)));
        add(
                "spot-notice",
                spot,
                fleet ->
                        Faults.spotNotice(
                                fleet, 4, Duration.ofSeconds(75), Duration.ofSeconds(30)));
        add(
                "kill-control-plane",
                three,
                fleet -> Faults.killControlPlane(fleet, 4, Duration.ofMinutes(1)));
        add(
                "pause-control-plane",
                three,
                fleet ->
                        Faults.pauseControlPlane(
                                fleet, 4, Duration.ofMinutes(1), Duration.ofSeconds(15)));
        add(
                "partition-node",
                three,
                fleet ->
                        Faults.partitionNode(
                                fleet, 4, Duration.ofMinutes(2), Duration.ofMinutes(1)));
        add(
                "outages",
                List.of(),
                fleet -> Streams.outages(fleet, 4, Duration.ofMinutes(4), Duration.ofSeconds(30)));
        add(
                "saturated",
                List.of("--nodes", "3"),
                fleet -> Machine.saturated(fleet, Duration.ofMinutes(10)));
        add("footprint", List.of("--nodes", "3", "--replicas", "2:2"), Bench::idle);
        add(
                "demand-age",
                List.of("--nodes", "3"),
                fleet -> Freshness.underLoad(fleet, 4, Duration.ofMinutes(2)));
    }

    private Bench() {}

    private static void add(String name, List<String> up, Function<Fleet, Figures> run) {
        ALL.put(name, new Benchmark(up, run));
    }

    public static void main(String[] arguments) throws IOException {
        var root = Path.of(System.getProperty("keelson.root", "."));
        var names = arguments.length == 0 ? all() : List.of(arguments);
        for (var name : names) {
            if (!all().contains(name)) {
                System.err.printf(
                        "No benchmark (%s).%nThere are: %s.%n", name, String.join(", ", all()));
                System.exit(2);
            }
        }
        var fleets = names.stream().filter(name -> !STUDIES.contains(name)).toList();
        if (!fleets.isEmpty()) {
            System.out.println("| benchmark | figure | value |");
            System.out.println("|---|---|---|");
        }
        for (var name : fleets) {
            if (name.equals("goodput")) {
                goodput(root);
            } else if (name.equals("sim-live")) {
                simLive(root);
            } else if (name.equals("forecast-live")) {
                ForecastLive.run(root);
            } else if (name.equals("other-engines")) {
                OtherEngines.run(root);
            } else {
                run(root, name);
            }
        }
        int worst = 0;
        for (var name : names) {
            if (STUDIES.contains(name)) {
                worst = Math.max(worst, study(root, name));
            }
        }
        System.exit(worst);
    }

    private static List<String> all() {
        return Stream.of(
                        ALL.keySet().stream(),
                        Stream.of("goodput", "sim-live", "forecast-live", "other-engines"),
                        STUDIES.stream())
                .flatMap(names -> names)
                .toList();
    }

    /** Runs the command, which prints the table itself. */
    private static int study(Path root, String name) throws IOException {
        var command = List.of(root.resolve("keelson").toString(), "sim", "bench", name);
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while " + name + " ran.", e);
        }
    }

    private static void simLive(Path root) throws IOException {
        new SimLive(root, Files.createTempDirectory("keelson-sim-live"))
                .run(Duration.ofMinutes(35));
    }

    private static void run(Path root, String name) throws IOException {
        var benchmark = ALL.get(name);
        if (benchmark == null) {
            return;
        }
        try (var fleet =
                Fleet.up(
                        root,
                        Files.createTempDirectory("keelson-bench").resolve("data"),
                        benchmark.up.toArray(String[]::new))) {
            print(name, benchmark.run.apply(fleet));
        }
    }

    /** What one fleet made of the rising load. */
    private record Rising(double goodput, double succeededPerSecond, double machineCpu) {}

    /**
     * The same rising load on one to four replicas and on one: requests per second that succeeded
     * within 2 s to the first token and 100 ms per token, the objective that {@code up} writes into
     * its Deployment.
     */
    private static void goodput(Path root) throws IOException {
        var one = rising(root, "1:1");
        var four = rising(root, "1:4");
        print("one replica", one);
        print("one to four replicas", four);
        System.out.printf("| goodput | ratio | %.2f |%n", four.goodput / one.goodput);
        System.out.printf(
                "| goodput | ratio of all that succeeded | %.2f |%n",
                four.succeededPerSecond / one.succeededPerSecond);
    }

    private static void print(String fleet, Rising rising) {
        System.out.printf(
                "| goodput | %s, requests/s within the objective | %.2f |%n",
                fleet, rising.goodput);
        System.out.printf(
                "| goodput | %s, requests/s that succeeded at all | %.2f |%n",
                fleet, rising.succeededPerSecond);
        System.out.printf("| goodput | %s, machine CPU use | %.2f |%n", fleet, rising.machineCpu);
    }

    private static Rising rising(Path root, String replicas) throws IOException {
        var data = Files.createTempDirectory("keelson-bench").resolve("data");
        try (var fleet = Fleet.up(root, data, "--nodes", "4", "--replicas", replicas)) {
            fleet.steady(Duration.ofMinutes(2));
            var duration = Duration.ofMinutes(3);
            var before = Machine.cpu();
            // Rises for a third of the time and then stays near what four paced replicas carry.
            var load = Load.start(fleet, duration, 48, progress -> 26 * Math.min(1, 3 * progress));
            Fleet.pause(duration);
            var cpu = Machine.cpu().useSince(before);
            var result = load.finish();
            var seconds = duration.toMillis() / 1000.0;
            return new Rising(load.goodput(2.0, 0.1, duration), result.succeeded() / seconds, cpu);
        }
    }

    private static Figures withFirstToken(Fleet fleet) {
        var result = Load.start(fleet, 4, Duration.ofSeconds(30), 32).finish();
        return new Figures(
                result, Map.of("upToFirstTokenSeconds", fleet.firstToken().toMillis() / 1000.0));
    }

    private static Figures idle(Fleet fleet) {
        fleet.steady(Duration.ofMinutes(3));
        Fleet.pause(Duration.ofMinutes(2));
        var none = new Load.Result(0, 0, 0, 0, Double.NaN, Double.NaN, Double.NaN, Map.of());
        return new Figures(none, Machine.footprint(fleet, Duration.ofMinutes(1)));
    }

    private static void print(String name, Figures figures) {
        figures.values()
                .forEach((figure, value) ->
                        System.out.printf("| %s | %s | %.2f |%n", name, figure, value));
        var load = figures.load();
        if (load.sent() > 0) {
            System.out.printf(
                    "| %s | sent / succeeded / failed / before the first token | %d / %d / %d / %d |%n",
                    name,
                    load.sent(),
                    load.succeeded(),
                    load.failed(),
                    load.failedBeforeFirstToken());
            if (!Double.isNaN(load.ttftP50Seconds())) {
                System.out.printf(
                        "| %s | TTFT p50 / p99, s | %.3f / %.3f |%n",
                        name, load.ttftP50Seconds(), load.ttftP99Seconds());
            }
        }
    }
}
