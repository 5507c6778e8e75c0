package dev.keelson.lab;

import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.report.RunHtml;
import dev.keelson.simulator.report.RunReport;
import dev.keelson.simulator.trace.DemandHistory;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.FleetFile;
import dev.keelson.simulator.trace.InputException;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceChoice;
import dev.keelson.simulator.trace.TraceFile;
import dev.keelson.simulator.world.FleetStudy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code keelson sim bench NAME...}: the studies of docs/benchmarks.md with their data and seeds;
 * {@code keelson bench NAME} comes here.
 */
@Command(
        name = "bench",
        description = "Prints a study's table of docs/benchmarks.md afresh.",
        mixinStandardHelpOptions = true)
final class StudyBenchCommand implements Callable<Integer> {
    /** Every study, in the order of docs/benchmarks.md. */
    enum Study {
        PREFIX_ROUTING("prefix-routing"),
        ENGINE_VALIDATION("engine-validation"),
        STEP_TIME("step-time"),
        ENGINE_SPEED("engine-speed"),
        KERNEL_POINTS("kernel-points"),
        ENGINE_KINDS("engine-kinds"),
        POLICY_TABLE("policy-table"),
        SPOT_MIX("spot-mix"),
        FLEET_PREFIXES("fleet-prefixes"),
        FLEET_ADAPTERS("fleet-adapters"),
        FORECAST_SCALING("forecast-scaling"),
        AUTOSCALING_HARNESS("autoscaling-harness"),
        MIXED_ACCELERATORS("mixed-accelerators"),
        FLEET_SPEED("fleet-speed"),
        FAULTS("faults"),
        DETERMINISM("determinism");

        private final String text;

        Study(String text) {
            this.text = text;
        }

        static Study of(String name) {
            return Arrays.stream(values())
                    .filter(study -> study.text.equals(name))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException(
                                    "There is no study (%s); known: %s."
                                            .formatted(
                                                    name,
                                                    Arrays.stream(values())
                                                            .map(study -> study.text)
                                                            .collect(Collectors.joining(", ")))));
        }
    }

    private static final String RECOVERY =
            "none,kubernetes,slow-broker,slow-broker:interval=30,nvsentinel,keelson";
    private static final String SCALING = "hpa,knative-kpa,skyserve,llm-d-wva,reactive";

    @Mixin private final Console console = new Console();

    @Parameters(
            paramLabel = "NAME",
            arity = "0..*",
            description = "the studies; all when none is given")
    private List<String> names = List.of();

    @Option(
            names = "--datasets",
            paramLabel = "DIR",
            description = "default: the datasets of this installation")
    private @Nullable Path given;

    @Option(
            names = "--demand",
            split = ",",
            paramLabel = "A",
            description =
                    "policy-table, forecast-scaling: azure, azure-busy, servegen, burstgpt; default all")
    private List<String> demands = PolicyTable.demands();

    @Option(
            names = "--fleet",
            split = ",",
            paramLabel = "A",
            description = "policy-table, forecast-scaling: rtx-4090, a100, h100; default all")
    private List<String> fleets = PolicyTable.fleets();

    @Option(
            names = "--policy",
            split = ",",
            paramLabel = "A",
            description =
                    "policy-table: default all but forecast, the oracle's row is always there; forecast-scaling: whose curves, default all")
    private List<String> policies = List.of();

    @Override
    public Integer call() {
        int worst = 0;
        try {
            var studies =
                    names.isEmpty()
                            ? Arrays.asList(Study.values())
                            : names.stream().map(Study::of).toList();
            for (Study study : studies) {
                worst = Math.max(worst, run(study));
                console.out().flush();
            }
            return worst;
        } catch (InputException e) {
            return console.failed(e);
        } catch (IllegalArgumentException e) {
            throw console.usage(e.getMessage());
        }
    }

    private int run(Study study) {
        var profiles = datasets().resolve("llmservingsim").resolve("profiler/perf").toString();
        return switch (study) {
            case PREFIX_ROUTING ->
                    sim(
                            console.out(),
                            "route",
                            "--trace",
                            data("mooncake/conversation_trace_first_half.jsonl.gz"),
                            "--sweep");
            case ENGINE_VALIDATION ->
                    Math.max(
                            sim(console.out(), validation("Llama-3.1-8B", "Qwen3-32B")),
                            sim(console.out(), validation("Qwen3-32B", "Llama-3.1-8B")));
            case STEP_TIME ->
                    sim(console.out(), "steptime", "--tables", data("vidur-profiling/compute"));
            case ENGINE_SPEED -> sim(console.out(), "engine-speed", "--profile", profiles);
            case KERNEL_POINTS -> sim(console.out(), "points", "--systems", data("aiconfigurator"));
            case ENGINE_KINDS -> Math.max(engineKind("linear"), engineKind("detailed"));
            case POLICY_TABLE -> {
                known(demands, PolicyTable.demands());
                known(fleets, PolicyTable.fleets());
                new PolicyTable(datasets(), console.out())
                        .print(demands, fleets, chosen(PolicyTable.policies()));
                yield 0;
            }
            case SPOT_MIX ->
                    sim(
                            console.out(),
                            "run",
                            "--trace",
                            data("servegen/servegen_m-small_clients_days_8_9.csv.gz"),
                            "--days",
                            "8-9",
                            "--scale",
                            "0.004",
                            "--lengths",
                            data("azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz"),
                            "--fleet",
                            data("fleets/a100-spot.yaml"),
                            "--policy",
                            "hpa,hpa:spot=1,skyserve,skyserve:spot=1,reactive,oracle,oracle:spot=1",
                            "--seed",
                            "1");
            case FLEET_PREFIXES ->
                    Math.max(
                            routed(
                                    "load",
                                    "mooncake/conversation_trace_first_half.jsonl.gz",
                                    "h100-long-prompts"),
                            routed(
                                    "cost",
                                    "mooncake/conversation_trace_first_half.jsonl.gz",
                                    "h100-long-prompts"));
            case FLEET_ADAPTERS -> Math.max(adapted("load"), adapted("cost"));
            case FORECAST_SCALING -> {
                known(demands, PolicyTable.demands());
                known(fleets, PolicyTable.fleets());
                known(policies, ForecastScalingTable.policies());
                new ForecastScalingTable(new PolicyTable(datasets(), console.out()), console.out())
                        .print(demands, fleets, chosen(ForecastScalingTable.policies()));
                yield 0;
            }
            case AUTOSCALING_HARNESS ->
                    sim(console.out(), "autoscaling-harness", "--data", data("nab"));
            case MIXED_ACCELERATORS -> {
                new MixedAcceleratorsTable(datasets(), console.out()).print();
                yield 0;
            }
            case FLEET_SPEED -> fleetSpeed();
            case FAULTS -> faults();
            case DETERMINISM -> determinism();
        };
    }

    /** The policies asked for, or all. */
    private List<String> chosen(List<String> all) {
        return policies.isEmpty() ? all : policies;
    }

    private static void known(List<String> asked, List<String> known) {
        for (String name : asked) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "There is no %s; known: %s.".formatted(name, String.join(", ", known)));
            }
        }
    }

    /** A hundred adapters, of which eight replicas hold eight each. */
    private int adapted(String route) {
        return routed(
                route,
                "azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz",
                "a100-adapters",
                "--scale",
                "4",
                "--adapters",
                "100:1");
    }

    /** A fixed fleet whose gateway places requests by what this way of routing knows. */
    private int routed(String route, String trace, String fleet, String... more) {
        var arguments =
                new String[] {
                    "run",
                    "--trace",
                    data(trace),
                    "--fleet",
                    data("fleets/" + fleet + ".yaml"),
                    "--policy",
                    "static-peak",
                    "--route",
                    route,
                    "--seed",
                    "1"
                };
        return sim(console.out(), with(arguments, more));
    }

    /** The busy Azure hour on A100s with one of the two engines. */
    private int engineKind(String kind) {
        return sim(
                console.out(),
                "run",
                "--trace",
                data("azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz"),
                "--fleet",
                data("fleets/a100.yaml"),
                "--policy",
                "static-peak,hpa,knative-kpa,dynamo-sla,skyserve,llm-d-wva,reactive",
                "--engine",
                kind,
                "--scale",
                "8",
                "--seed",
                "1");
    }

    private String[] validation(String fittedOn, String scored) {
        var runs = "llmservingsim/bench/examples/RTXPRO6000/";
        return new String[] {
            "validate",
            "--profile",
            data("llmservingsim/profiler/perf"),
            "--fit",
            data(runs + fittedOn),
            "--run",
            data(runs + scored),
            "--run",
            data(runs + "Qwen3-30B-A3B-Instruct-2507")
        };
    }

    /**
     * 24 hours at the Azure trace's rate on one thread: its own seconds on a core for each policy
     * row, and those of the wall clock, which other work on the machine makes longer.
     */
    private int fleetSpeed() {
        var fleet = fleet();
        var trace = azure(24);
        var study = withoutHistory(fleet, trace);
        console.out()
                .printf(
                        Locale.ROOT,
                        "%,d requests in %.0f h on %s, one thread%n%n| policy | s on a core | s of the clock |%n|---|---|---|%n",
                        trace.count(),
                        trace.seconds() / 3_600,
                        fleet.name());
        var threads = ManagementFactory.getThreadMXBean();
        double[] last = {0, System.nanoTime() / 1e9};
        study.run(
                FleetStudy.policies().stream().map(PolicyChoice::parse).toList(),
                1,
                row -> {
                    // Told on the thread that played it, the same for all rows.
                    double core = threads.getCurrentThreadCpuTime() / 1e9;
                    double clock = System.nanoTime() / 1e9;
                    console.out()
                            .printf(
                                    Locale.ROOT,
                                    "| %s | %.1f | %.1f |%n",
                                    row.policy(),
                                    core - last[0],
                                    clock - last[1]);
                    last[0] = core;
                    last[1] = clock;
                });
        return 0;
    }

    /** Ways of recovery, then policies, under the same incidents and recorded faults. */
    private int faults() {
        int worst = 0;
        for (String name : List.of("nodes", "gpus", "grey")) {
            worst = Math.max(worst, sim(console.out(), onIncidents("faults", name, "4", RECOVERY)));
        }
        var full = with(onIncidents("faults", "gpus", "8", RECOVERY), "--replicas", "31");
        worst = Math.max(worst, sim(console.out(), full));
        worst = Math.max(worst, sim(console.out(), onRecordedFaults("faults", RECOVERY)));
        for (String name : List.of("nodes", "grey", "blind")) {
            worst = Math.max(worst, sim(console.out(), onIncidents("run", name, "4", SCALING)));
        }
        return Math.max(worst, sim(console.out(), onRecordedFaults("run", SCALING)));
    }

    /** Half a day plays the 240 days of the recording. */
    private String[] onRecordedFaults(String command, String policies) {
        return with(
                busy(command, "2", policies),
                "--repeat",
                "12",
                "--faults",
                data("infinitehbd-faults/fault_intervals_days_0_240.csv"),
                "--faults-speed",
                "480");
    }

    private String[] onIncidents(String command, String name, String scale, String policies) {
        return with(
                busy(command, scale, policies), "--incidents", data("incidents/" + name + ".yaml"));
    }

    /** A busy Azure hour on the RTX 4090 fleet. */
    private String[] busy(String command, String scale, String asked) {
        return new String[] {
            command,
            "--trace",
            data("azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz"),
            "--fleet",
            data("fleets/rtx-4090.yaml"),
            "--scale",
            scale,
            "--seed",
            "1",
            "--policy",
            asked
        };
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
    }

    /** Whether one thread and two give the same bytes; exit code 1 where they do not. */
    private int determinism() {
        boolean same = true;
        var fleet = fleet();
        var trace = azure(1);
        var rows = FleetStudy.policies().stream().map(PolicyChoice::parse).toList();
        same &= same("sim run, table, JSON and HTML", t -> played(fleet, trace, rows, t));
        same &= same("sim validate", t -> printed(t, validation("Llama-3.1-8B", "Qwen3-32B")));
        same &=
                same(
                        "sim steptime",
                        t -> printed(t, "steptime", "--tables", data("vidur-profiling/compute")));
        same &=
                same(
                        "sim faults",
                        t -> printed(t, onIncidents("faults", "grey", "2", "kubernetes,keelson")));
        return same ? 0 : 1;
    }

    private boolean same(String study, java.util.function.IntFunction<String> play) {
        var one = play.apply(1);
        boolean same = one.equals(play.apply(2));
        console.out()
                .printf(
                        Locale.ROOT,
                        "%s: %d characters on 1 thread, %s on 2%n",
                        study,
                        one.length(),
                        same ? "the same" : "DIFFERENT");
        return same;
    }

    private static String played(
            Fleet fleet, Trace trace, List<PolicyChoice> choices, int threads) {
        var study = withoutHistory(fleet, trace);
        var rows = study.run(choices, threads, row -> {});
        var report = new RunReport(fleet, trace, study.capacity(), 1, rows);
        return String.join("\n", report.toLines())
                + report.toJson(0).toPrettyString()
                + RunHtml.of(report);
    }

    /** A study whose forecaster has seen nothing before the trace. */
    private static FleetStudy withoutHistory(Fleet fleet, Trace trace) {
        return new FleetStudy(fleet, trace, 1, new StudyForecasting(DemandHistory.NONE));
    }

    private static String printed(int threads, String... arguments) {
        var text = new StringWriter();
        sim(new PrintWriter(text, true), with(arguments, "--threads", Integer.toString(threads)));
        return text.toString();
    }

    private static int sim(PrintWriter out, String... arguments) {
        int code = SimMain.commandLine().setOut(out).execute(arguments);
        out.println();
        return code;
    }

    private Fleet fleet() {
        return FleetFile.read(datasets().resolve("fleets").resolve("rtx-4090.yaml"));
    }

    private Trace azure(int repeat) {
        return TraceFile.read(
                Path.of(data("azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz")),
                new TraceChoice(1, repeat, null, 0, 0, null, 1));
    }

    private String data(String path) {
        return datasets().resolve(path).toString();
    }

    private Path datasets() {
        if (given != null) {
            return given;
        }
        var home = System.getProperty("keelson.home");
        if (home == null) {
            throw new IllegalArgumentException(
                    "Where the data lies is not known; name it with --datasets DIR.");
        }
        return Path.of(home, "datasets");
    }
}
