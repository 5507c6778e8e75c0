package dev.keelson.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.simulator.engine.profile.GemmTable;
import dev.keelson.simulator.engine.profile.MalformedInputException;
import dev.keelson.simulator.engine.validate.StepTimeStudy;
import dev.keelson.simulator.engine.validate.StepTimeStudy.Errors;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code keelson sim steptime}: how well operator times are predicted from measured tables, against
 * a linear model and rooflines.
 */
@Command(
        name = "steptime",
        description =
                "Predicts operator times with 30 %% of the measured rows held out and prints the mean absolute percentage errors.",
        mixinStandardHelpOptions = true)
final class StepTimeCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin private final Console console = new Console();

    @Option(
            names = "--tables",
            required = true,
            paramLabel = "DIR",
            description = "Vidur's operator times: DEVICE/ORG/MODEL/mlp.csv[.gz]")
    private Path tables = Path.of("");

    @Option(
            names = "--seed",
            defaultValue = "0",
            description = "the first seed; default ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--seeds",
            defaultValue = "5",
            description = "how many seeds; default ${DEFAULT-VALUE}")
    private int seeds = 5;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "default ${DEFAULT-VALUE}; the result is the same")
    private int threads = 1;

    @Option(names = "--json", description = "one JSON document")
    private boolean json;

    private record Row(GemmTable table, Errors errors) {}

    @Override
    public Integer call() {
        if (threads < 1 || seeds < 1) {
            throw console.usage(
                    "The --threads (%d) and --seeds (%d) must be at least 1."
                            .formatted(threads, seeds));
        }
        try {
            print(OrderedTasks.map(threads, GemmTable.readAll(tables), this::evaluate));
            return 0;
        } catch (MalformedInputException | IllegalArgumentException e) {
            console.err().println(e.getMessage());
            return 1;
        } catch (IOException e) {
            return console.unreadable(e);
        }
    }

    private Row evaluate(GemmTable table) {
        var errors = new ArrayList<Errors>();
        for (int i = 0; i < seeds; i++) {
            errors.add(StepTimeStudy.evaluate(table, seed + i));
        }
        return new Row(table, Errors.mean(errors));
    }

    private void print(List<Row> rows) throws JsonProcessingException {
        var byDevice = new TreeMap<String, List<Errors>>();
        rows.forEach(row ->
                byDevice.computeIfAbsent(row.table().device(), _ -> new ArrayList<>())
                        .add(row.errors()));
        var all = Errors.mean(rows.stream().map(Row::errors).toList());
        var out = console.out();
        if (json) {
            out.println(
                    JSON.writerWithDefaultPrettyPrinter()
                            .writeValueAsString(document(rows, byDevice, all)));
        } else {
            printTable(out, rows, byDevice, all);
        }
        out.flush();
    }

    private ObjectNode document(
            List<Row> rows, SortedMap<String, List<Errors>> byDevice, Errors all) {
        var document =
                JSON.createObjectNode()
                        .put("command", "sim steptime")
                        .put("seed", seed)
                        .put("seeds", seeds);
        put(document.putObject("all"), all);
        var devices = document.putObject("devices");
        byDevice.forEach((device, errors) -> put(devices.putObject(device), Errors.mean(errors)));
        var list = document.putArray("rows");
        for (var row : rows) {
            var node =
                    list.addObject()
                            .put("device", row.table().device())
                            .put("model", row.table().model())
                            .put("tensorParallel", row.table().tensor())
                            .put("measurements", row.table().rows().size());
            put(node, row.errors());
        }
        return document;
    }

    private static void put(ObjectNode node, Errors errors) {
        node.put("interpolationMape", errors.interpolation())
                .put("linearMape", errors.linear())
                .put("calibratedRooflineMape", errors.calibratedRoofline())
                .put("rooflineMape", errors.roofline());
    }

    private void printTable(
            PrintWriter out, List<Row> rows, SortedMap<String, List<Errors>> byDevice, Errors all) {
        out.println(
                "Mean absolute percentage error of the four matrix products of a layer; 30 %% of the rows held out, seeds %d-%d."
                        .formatted(seed, seed + seeds - 1));
        out.printf(
                "%-36s %14s %10s %20s %10s%n",
                "table", "interpolation", "linear", "calibrated roofline", "roofline");
        for (var row : rows) {
            var table = row.table();
            printRow(
                    out,
                    "%s %s TP%d".formatted(table.device(), table.model(), table.tensor()),
                    row.errors());
        }
        byDevice.forEach((device, errors) ->
                printRow(out, "mean of " + errors.size() + " on " + device, Errors.mean(errors)));
        printRow(out, "mean of " + rows.size(), all);
    }

    private static void printRow(PrintWriter out, String name, Errors errors) {
        out.printf(
                "%-36s %14.2f %10.2f %20.2f %10.2f%n",
                name,
                100 * errors.interpolation(),
                100 * errors.linear(),
                100 * errors.calibratedRoofline(),
                100 * errors.roofline());
    }
}
