package dev.keelson.lab;

import dev.keelson.simulator.route.ArrivalOrder;
import dev.keelson.simulator.route.RouteBounds;
import dev.keelson.simulator.route.RoutePolicies;
import dev.keelson.simulator.route.RouteRow;
import dev.keelson.simulator.route.RouteSetup;
import dev.keelson.simulator.trace.InputException;
import dev.keelson.simulator.trace.PrefixRequest;
import dev.keelson.simulator.trace.PrefixTrace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson sim route}: routing policies over one trace with prefix blocks. */
@Command(
        name = "route",
        description =
                "Routes a trace with prefix blocks over workers with prefix caches: one row per policy.",
        mixinStandardHelpOptions = true)
final class RouteCommand implements Callable<Integer> {
    @Mixin private final Console console = new Console();

    @Option(
            names = "--trace",
            required = true,
            paramLabel = "JSONL",
            description = "Trace in Mooncake's format, plain or gzip.")
    private Path trace = Path.of("");

    @Option(
            names = "--policy",
            split = ",",
            paramLabel = "A[,B...]",
            defaultValue = "round-robin,random,jsq,threshold,keelson",
            description =
                    "Policies: round-robin, random, jsq, threshold (the best of its sweep), keelson. Default: all.")
    private List<String> policies = List.of();

    @Option(names = "--workers", defaultValue = "8", description = "Default: ${DEFAULT-VALUE}.")
    private int workers;

    @Option(
            names = "--blocks",
            defaultValue = "4000",
            description = "Prefix blocks per worker. Default: ${DEFAULT-VALUE}.")
    private int blocks;

    @Option(
            names = "--block-tokens",
            defaultValue = "512",
            description = "Tokens of one block. Default: ${DEFAULT-VALUE}.")
    private int blockTokens;

    @Option(
            names = "--prefill-rate",
            defaultValue = "9000",
            paramLabel = "TOKENS/S",
            description = "Prefill rate of one worker. Default: ${DEFAULT-VALUE}.")
    private double prefillRate;

    @Option(
            names = "--order",
            defaultValue = "policy",
            description =
                    "Who orders requests that arrive at the same moment: policy, or for all policies alike arrival, shortest (missing prefill). Default: ${DEFAULT-VALUE}.")
    private ArrivalOrder order = ArrivalOrder.POLICY;

    @Option(
            names = "--spread",
            defaultValue = "0",
            paramLabel = "SECONDS",
            description =
                    "Moves each arrival to a random moment of the seconds after it, for traces with a coarse clock. Default: ${DEFAULT-VALUE}.")
    private double spreadSeconds;

    @Option(names = "--seed", defaultValue = "0", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--sweep", description = "Adds a row for every setting of the threshold sweep.")
    private boolean sweep;

    @Option(names = "--json", description = "One JSON document instead of the table.")
    private boolean json;

    @Override
    public Integer call() {
        List<String> names = names();
        RouteSetup setup = setup();
        List<PrefixRequest> requests;
        try {
            requests = PrefixTrace.read(trace, blockTokens);
        } catch (InputException e) {
            return console.failed(e);
        }
        if (spreadSeconds > 0) {
            requests = PrefixTrace.spread(requests, spreadSeconds, new SplittableRandom(~seed));
        }
        RoutePolicies study = new RoutePolicies(setup, requests, order, seed);
        List<RouteRow> rows = new ArrayList<>();
        for (String name : names) {
            rows.add(study.row(name));
        }
        RouteReport report =
                new RouteReport(
                        trace.getFileName().toString(),
                        requests,
                        setup,
                        order,
                        spreadSeconds,
                        seed,
                        RouteBounds.of(setup, requests),
                        rows);
        console.out().print(json ? report.json() : report.table(sweep));
        console.out().flush();
        return 0;
    }

    private List<String> names() {
        List<String> names = List.copyOf(new LinkedHashSet<>(policies));
        for (String name : names) {
            if (!RoutePolicies.NAMES.contains(name)) {
                throw console.usage(
                        "There is no routing policy '%s'; there are %s."
                                .formatted(name, String.join(", ", RoutePolicies.NAMES)));
            }
        }
        return names;
    }

    private RouteSetup setup() {
        if (!(spreadSeconds >= 0 && Double.isFinite(spreadSeconds))) {
            throw console.usage(
                    "The spread (%s) must be at least 0 seconds.".formatted(spreadSeconds));
        }
        try {
            return new RouteSetup(workers, blocks, blockTokens, prefillRate);
        } catch (IllegalArgumentException e) {
            throw console.usage(e.getMessage());
        }
    }
}
