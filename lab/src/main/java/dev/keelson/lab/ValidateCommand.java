package dev.keelson.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.simulator.engine.StepTimeModel;
import dev.keelson.simulator.engine.profile.CollectiveTable;
import dev.keelson.simulator.engine.profile.MalformedInputException;
import dev.keelson.simulator.engine.profile.ModelCatalogue;
import dev.keelson.simulator.engine.profile.ProfileFolder;
import dev.keelson.simulator.engine.profile.RecordedRun;
import dev.keelson.simulator.engine.profile.RunFolder;
import dev.keelson.simulator.engine.steptime.StepConstants;
import dev.keelson.simulator.engine.validate.EngineValidation;
import dev.keelson.simulator.engine.validate.LatencyErrors;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson sim validate}: the engine simulator against a real engine's log. */
@Command(
        name = "validate",
        description = "Simulates a recorded run of a real engine and prints the signed errors.",
        mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin private final Console console = new Console();

    @Option(
            names = "--profile",
            required = true,
            paramLabel = "DIR",
            description = "operator profiles: HARDWARE/MODEL/VARIANT/tpN/*.csv")
    private Path profile = Path.of("");

    @Option(
            names = "--run",
            required = true,
            paramLabel = "DIR",
            description = "a recorded run: config.json, vllm/requests.jsonl; may be repeated")
    private List<Path> runs = List.of();

    @Option(
            names = "--fit",
            paramLabel = "DIR",
            description =
                    "another recorded run, on which the constant of a step is fitted; without it 0")
    private @Nullable Path fit;

    @Option(
            names = "--collectives",
            paramLabel = "FILE",
            description =
                    "all-reduce measurements (custom_allreduce_perf.csv); default 2.70 us a hop, from L40S")
    private @Nullable Path collectives;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "default ${DEFAULT-VALUE}; the result is the same")
    private int threads = 1;

    @Option(names = "--json", description = "one JSON document")
    private boolean json;

    private record Row(
            RecordedRun run,
            StepConstants constants,
            StepTimeModel.Source source,
            double hop,
            LatencyErrors errors) {}

    @Override
    public Integer call() {
        checkUsage();
        try {
            var constants = fit == null ? StepConstants.ZERO : load(fit).fit();
            var rows = OrderedTasks.map(threads, runs, run -> score(run, constants));
            print(rows);
            return 0;
        } catch (MalformedInputException | IllegalArgumentException e) {
            console.err().println(e.getMessage());
            return 1;
        } catch (IOException | UncheckedIOException e) {
            return console.unreadable(e);
        }
    }

    private void checkUsage() {
        if (threads < 1) {
            throw console.usage("The --threads (%d) must be at least 1.".formatted(threads));
        }
        for (var run : runs) {
            if (fit != null
                    && fit.toAbsolutePath().normalize().equals(run.toAbsolutePath().normalize())) {
                throw console.usage(
                        "--fit and --run are both %s.%nA constant fitted on a run says nothing on that run: name another one."
                                .formatted(run));
            }
        }
    }

    private Row score(Path folder, StepConstants constants) {
        try {
            var validation = load(folder);
            return new Row(
                    validation.run(),
                    constants,
                    validation.stepTime().source(),
                    hopMicros(validation.run()),
                    validation.errors(constants));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EngineValidation load(Path folder) throws IOException {
        var run = RunFolder.read(folder);
        var shape = ModelCatalogue.bundled().shapeOf(run.model());
        var tables =
                ProfileFolder.find(profile, run.hardware(), run.model())
                        .tables(run.parallelism().tensor());
        return EngineValidation.of(
                run, shape, tables, run.interconnect().withReduceHopMicros(hopMicros(run)));
    }

    private double hopMicros(RecordedRun run) {
        int ranks = run.parallelism().tensor();
        try {
            return collectives == null || ranks == 1
                    ? run.interconnect().reduceHopMicros()
                    : CollectiveTable.reduceHopMicros(collectives, ranks);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(List<Row> rows) throws JsonProcessingException {
        var out = console.out();
        if (json) {
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document(rows)));
        } else {
            printTable(out, rows);
        }
        out.flush();
    }

    private ObjectNode document(List<Row> rows) {
        var document = JSON.createObjectNode();
        var list = document.putArray("runs");
        for (var row : rows) {
            var node = list.addObject().put("name", row.run().name()).put("fittedOn", fittedOn());
            var errors = node.putObject("errors");
            put(errors, "ttft", row.errors().ttft());
            put(errors, "tpot", row.errors().tpot());
            put(errors, "e2e", row.errors().endToEnd());
            node.putObject("stepTime")
                    .put("source", row.source().name())
                    .put("constantMicros", row.constants().stepMicros())
                    .put("allReduceHopMicros", row.hop())
                    .put("gatherHopMicros", row.run().interconnect().gatherHopMicros())
                    .put("linkBytesPerMicro", row.run().interconnect().bytesPerMicro());
            node.put("hardware", row.run().hardware())
                    .put("model", row.run().model())
                    .put("requests", row.run().requests().size());
        }
        return document;
    }

    private static void put(ObjectNode errors, String name, LatencyErrors.Deviation error) {
        errors.putObject(name).put("mean", error.mean()).put("p99", error.p99());
    }

    private void printTable(PrintWriter out, List<Row> rows) {
        out.println(
                "Signed errors in percent, (simulated - real) / real: mean | P99. TTFT counts from queued_ts.");
        out.println(
                "Constants: fitted on %s; step %.0f us. Profile %s; all-reduce hop %s."
                        .formatted(
                                fit == null ? "nothing" : fittedOn(),
                                rows.getFirst().constants().stepMicros(),
                                profile,
                                collectives == null
                                        ? "2.70 us (L40S, measured)"
                                        : "from " + collectives));
        out.printf("%-34s %-16s %16s %16s %16s%n", "run", "step times", "TTFT", "TPOT", "E2E");
        for (var row : rows) {
            out.printf(
                    "%-34s %-16s %16s %16s %16s%n",
                    row.run().name(),
                    row.source().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    percent(row.errors().ttft()),
                    percent(row.errors().tpot()),
                    percent(row.errors().endToEnd()));
        }
    }

    private static String percent(LatencyErrors.Deviation error) {
        return String.format(Locale.ROOT, "%+.2f | %+.2f", 100 * error.mean(), 100 * error.p99());
    }

    private @Nullable String fittedOn() {
        return fit == null ? null : fit.toAbsolutePath().normalize().getFileName().toString();
    }
}
