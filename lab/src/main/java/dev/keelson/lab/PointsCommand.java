package dev.keelson.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.simulator.engine.profile.KernelFolder;
import dev.keelson.simulator.engine.profile.MalformedInputException;
import dev.keelson.simulator.engine.profile.MeasuredPoint;
import dev.keelson.simulator.engine.profile.ModelCatalogue;
import dev.keelson.simulator.engine.profile.PointFile;
import dev.keelson.simulator.engine.profile.SystemFile;
import dev.keelson.simulator.engine.validate.PointStudy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson sim points}: measured end-to-end points, predicted from kernels. */
@Command(
        name = "points",
        description =
                "Predicts measured serving points from the kernels of their system and prints the errors.",
        mixinStandardHelpOptions = true)
final class PointsCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin private final Console console = new Console();

    @Option(
            names = "--systems",
            required = true,
            paramLabel = "DIR",
            description = "aiconfigurator's data: SYSTEM.yaml and kernels/SYSTEM/*.csv")
    private Path root = Path.of("");

    @Option(
            names = "--points",
            paramLabel = "FILE",
            description = "measured points; default silicon_sample.csv in --systems")
    private @Nullable Path points;

    @Option(
            names = "--each",
            paramLabel = "N",
            description = "plays only every Nth point of the file; default all")
    private int each = 1;

    @Option(names = "--seed", defaultValue = "0", description = "default ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "default ${DEFAULT-VALUE}; the result is the same")
    private int threads = 1;

    @Option(names = "--json", description = "one JSON document")
    private boolean json;

    @Override
    public Integer call() {
        if (threads < 1 || each < 1) {
            throw console.usage(
                    "The --threads (%d) and --each (%d) must be at least 1."
                            .formatted(threads, each));
        }
        try {
            var measured = sample();
            var study = new PointStudy(systems(measured), ModelCatalogue.bundled().shapes(), seed);
            var report = new PointsReport(OrderedTasks.map(threads, measured, study::predict));
            print(report);
            return 0;
        } catch (MalformedInputException e) {
            console.err().println(e.getMessage());
            return 1;
        } catch (IOException e) {
            return console.unreadable(e);
        }
    }

    private List<MeasuredPoint> sample() throws IOException {
        var file = points == null ? root.resolve("silicon_sample.csv") : points;
        if (!Files.exists(file) && points == null) {
            file = root.resolve("silicon_sample.csv.gz");
        }
        var all = PointFile.read(file);
        var kept = new ArrayList<MeasuredPoint>();
        for (int i = 0; i < all.size(); i += each) {
            kept.add(all.get(i));
        }
        return kept;
    }

    private SortedMap<String, PointStudy.MeasuredSystem> systems(List<MeasuredPoint> measured)
            throws IOException {
        var names = new TreeSet<String>();
        measured.forEach(point -> names.add(point.system()));
        var systems = new TreeMap<String, PointStudy.MeasuredSystem>();
        for (var name : names) {
            var kernels = root.resolve("kernels").resolve(name);
            if (Files.isDirectory(kernels)) {
                systems.put(
                        name,
                        new PointStudy.MeasuredSystem(
                                KernelFolder.read(kernels),
                                SystemFile.read(root.resolve(name + ".yaml"))));
            }
        }
        if (systems.isEmpty()) {
            throw new MalformedInputException(
                    root,
                    0,
                    "there are no kernels of any of " + names,
                    "a folder kernels/SYSTEM and SYSTEM.yaml in it");
        }
        return systems;
    }

    private void print(PointsReport report) throws JsonProcessingException {
        var out = console.out();
        if (json) {
            var document = JSON.createObjectNode().put("command", "sim points").put("seed", seed);
            report.toJson(document);
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document));
        } else {
            report.toLines().forEach(out::println);
        }
        out.flush();
    }
}
