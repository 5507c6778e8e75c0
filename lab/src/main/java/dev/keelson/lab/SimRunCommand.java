package dev.keelson.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keelson.simulator.baseline.Baselines;
import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.report.RunHtml;
import dev.keelson.simulator.report.RunReport;
import dev.keelson.simulator.trace.AdapterMix;
import dev.keelson.simulator.trace.DemandHistory;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.FleetFile;
import dev.keelson.simulator.trace.InputException;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceChoice;
import dev.keelson.simulator.trace.TraceFile;
import dev.keelson.simulator.world.FleetStudy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson sim run}: policies on one trace and one fleet, as a table. */
@Command(
        name = "run",
        description = "Plays a trace on a fleet under each policy and prints a table.",
        mixinStandardHelpOptions = true)
final class SimRunCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Mixin private final Console console = new Console();

    @Mixin private final PlayOptions play = new PlayOptions();

    @Option(
            names = "--policy",
            required = true,
            split = ",",
            paramLabel = "A",
            description = "policies, or 'all'; with options as in hpa:target=0.5")
    private List<String> policies = List.of();

    @Option(
            names = "--series",
            paramLabel = "NAME",
            description = "column or model of a demand file")
    private @Nullable String series;

    @Option(
            names = "--days",
            paramLabel = "FROM-TO",
            description = "days of a demand file, from 0, both included")
    private @Nullable String days;

    @Option(
            names = "--lengths",
            paramLabel = "FILE",
            description = "requests whose lengths a demand file gets; default the Azure trace")
    private @Nullable Path lengths;

    @Option(
            names = "--burstiness",
            paramLabel = "CV",
            description =
                    "coefficient of variation of the gaps between a demand file's arrivals (Gamma); default Poisson")
    private @Nullable Double burstiness;

    @Option(
            names = "--sweep",
            description = "plays each policy that has a target at several of them")
    private boolean sweep;

    @Option(
            names = "--engine",
            paramLabel = "KIND",
            description = "linear or detailed; default what the fleet file says")
    private @Nullable String engine;

    @Option(
            names = "--route",
            paramLabel = "KIND",
            description =
                    "load (what the production gateway knows) or cost (also prefix caches and adapters); default what the fleet file says")
    private @Nullable String route;

    @Option(
            names = "--adapters",
            paramLabel = "N[:SKEW]",
            description =
                    "gives each request one of N adapters, drawn by Zipf's law with this skew, 1 by default")
    private @Nullable String adapters;

    @Mixin private final FaultOptions faults = new FaultOptions();

    @Option(names = "--html", paramLabel = "FILE", description = "writes a report with charts")
    private @Nullable Path html;

    @Override
    public Integer call() throws IOException {
        long started = System.nanoTime();
        var choices = choices();
        try {
            var played = withAdapters(TraceFile.read(play.trace, traceChoice()));
            var fleet = routed(FleetFile.read(play.fleet, engineKind()));
            var deployed = faults.on(fleet, played, play.seed);
            var study =
                    new FleetStudy(
                            deployed,
                            played,
                            play.seed,
                            new StudyForecasting(DemandHistory.before(play.trace, traceChoice())));
            var rows =
                    study.run(
                            choices,
                            play.threads,
                            row ->
                                    console.err()
                                            .printf(
                                                    Locale.ROOT,
                                                    "%s done after %.1f s%n",
                                                    row.policy(),
                                                    (System.nanoTime() - started) / 1e9));
            var report = new RunReport(deployed, played, study.capacity(), play.seed, rows);
            print(report, (System.nanoTime() - started) / 1e9);
            return 0;
        } catch (IllegalArgumentException e) {
            throw console.usage(e.getMessage());
        } catch (InputException e) {
            return console.failed(e);
        }
    }

    private void print(RunReport report, double wallSeconds) throws IOException {
        if (html != null) {
            Files.writeString(html, RunHtml.of(report));
        }
        if (play.json) {
            console.out().println(text(report, wallSeconds));
            return;
        }
        report.toLines().forEach(console.out()::println);
    }

    private static String text(RunReport report, double wallSeconds) {
        try {
            return JSON.writerWithDefaultPrettyPrinter()
                    .writeValueAsString(report.toJson(wallSeconds));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree is always written.", e);
        }
    }

    private List<PolicyChoice> choices() {
        var names = policies.equals(List.of("all")) ? FleetStudy.policies() : policies;
        var known = FleetStudy.policies();
        try {
            var choices = names.stream().map(PolicyChoice::parse).toList();
            for (PolicyChoice choice : choices) {
                if (!known.contains(choice.name())) {
                    throw console.usage(
                            "There is no run policy (%s); known: %s."
                                    .formatted(choice.name(), String.join(", ", known)));
                }
            }
            return sweep
                    ? choices.stream().flatMap(c -> Baselines.sweep(c).stream()).toList()
                    : choices;
        } catch (IllegalArgumentException e) {
            throw console.usage(e.getMessage());
        }
    }

    private @Nullable String engineKind() {
        if (engine != null
                && !engine.equals(FleetFile.LINEAR)
                && !engine.equals(FleetFile.DETAILED)) {
            throw console.usage("The --engine (%s) must be linear or detailed.".formatted(engine));
        }
        return engine;
    }

    private Fleet routed(Fleet fleet) {
        return route == null
                ? fleet
                : fleet.withRoute(
                        Fleet.Gateway.Route.of(route)
                                .orElseThrow(() ->
                                        console.usage(
                                                "The --route (%s) must be load or cost."
                                                        .formatted(route))));
    }

    private Trace withAdapters(Trace trace) {
        if (adapters == null) {
            return trace;
        }
        var parts = adapters.split(":", 2);
        AdapterMix mix;
        try {
            mix =
                    new AdapterMix(
                            Integer.parseInt(parts[0]),
                            parts.length == 1 ? 1 : Double.parseDouble(parts[1]));
        } catch (NumberFormatException e) {
            throw console.usage(
                    "The --adapters (%s) must be N or N:SKEW, as in 64:1.".formatted(adapters));
        }
        return mix.on(trace, play.seed);
    }

    private TraceChoice traceChoice() {
        int from = 0;
        int to = Integer.MAX_VALUE;
        if (days != null) {
            var ends = days.split("-", -1);
            try {
                from = Integer.parseInt(ends[0]);
                to = Integer.parseInt(ends[ends.length - 1]);
            } catch (NumberFormatException e) {
                throw console.usage(
                        "The --days (%s) must be a day or FROM-TO, as in 8-9.".formatted(days));
            }
        }
        return new TraceChoice(
                play.scale, play.repeat, series, from, to, lengthsFile(), burstiness, play.seed);
    }

    private @Nullable Path lengthsFile() {
        if (lengths != null) {
            return lengths;
        }
        var home = System.getProperty("keelson.home");
        if (home == null) {
            return null;
        }
        return Path.of(home, "datasets", "azure-llm-2023", "AzureLLMInferenceTrace_conv.csv.gz");
    }
}
