package dev.keelson.simulator.trace;

import dev.keelson.simulator.engine.EngineLimits;
import dev.keelson.simulator.engine.LoraSupport;
import dev.keelson.simulator.engine.Speculation;
import dev.keelson.simulator.engine.StepTimeModel;
import dev.keelson.simulator.engine.profile.KernelFolder;
import dev.keelson.simulator.engine.profile.MalformedInputException;
import dev.keelson.simulator.engine.profile.ModelCatalogue;
import dev.keelson.simulator.engine.profile.ProfileFolder;
import dev.keelson.simulator.engine.profile.StepFile;
import dev.keelson.simulator.engine.profile.SystemFile;
import dev.keelson.simulator.engine.steptime.Interconnect;
import dev.keelson.simulator.engine.steptime.KernelPlan;
import dev.keelson.simulator.engine.steptime.KernelStepTime;
import dev.keelson.simulator.engine.steptime.MeasuredStepTime;
import dev.keelson.simulator.engine.steptime.MissingKernelException;
import dev.keelson.simulator.engine.steptime.ModelShape;
import dev.keelson.simulator.engine.steptime.Parallelism;
import dev.keelson.simulator.engine.steptime.RooflineStepTime;
import dev.keelson.simulator.engine.steptime.StepConstants;
import dev.keelson.yaml.YamlSection;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code engine.detailed} of a fleet file: how the engine simulator is set up, and where its step
 * times come from. Of several sources the best is taken: operator tables or kernels, else measured
 * steps, else peak rates, else the file's own coefficients.
 *
 * @param tables operator profiles in LLMServingSim's layout
 * @param kernels kernels of one system in aiconfigurator's layout
 * @param system data sheet that goes with the kernels
 * @param steps measured steps
 * @param hardware name of the hardware in the operator profiles
 * @param precision type of the weights in the kernels
 * @param stepMicros added to every step
 * @param order which waiting request an engine takes first
 */
record DetailedSection(
        @Nullable Path tables,
        @Nullable Path kernels,
        @Nullable Path system,
        @Nullable Path steps,
        RooflineStepTime.@Nullable Peak peak,
        @Nullable String hardware,
        @Nullable String model,
        String precision,
        int tensor,
        double stepMicros,
        int blockTokens,
        int prefixBlockTokens,
        boolean asynchronous,
        EngineLimits.Order order,
        LoraSupport lora,
        Speculation speculation) {
    /** The links of a tensor-parallel replica, where no table says more: NVLink, one direction. */
    private static final Interconnect LINKS =
            new Interconnect(
                    Interconnect.MEASURED_REDUCE_HOP_MICROS,
                    Interconnect.MEASURED_REDUCE_HOP_MICROS,
                    300_000);

    private static final DetailedSection DEFAULTS =
            new DetailedSection(
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    "bfloat16",
                    1,
                    0,
                    16,
                    16,
                    true,
                    EngineLimits.Order.ARRIVAL,
                    LoraSupport.NONE,
                    Speculation.NONE);

    /** The section, or its defaults where the file has none. */
    static DetailedSection of(YamlSection engine, Path folder) {
        return engine.optionalSection("detailed").map(s -> read(s, folder)).orElse(DEFAULTS);
    }

    private static DetailedSection read(YamlSection s, Path folder) {
        int block = s.whole("blockTokens", 1, 4_096, DEFAULTS.blockTokens);
        int prefix = s.whole("prefixBlockTokens", 0, 65_536, block);
        if (prefix % block != 0) {
            throw s.wrong(
                    "prefixBlockTokens",
                    "0 (no prefix cache) or a multiple of blockTokens (%d)".formatted(block));
        }
        var read =
                new DetailedSection(
                        path(s, "tables", folder),
                        path(s, "kernels", folder),
                        path(s, "system", folder),
                        path(s, "steps", folder),
                        s.optionalSection("peak").map(DetailedSection::peak).orElse(null),
                        s.optionalText("hardware").orElse(null),
                        s.optionalText("model").orElse(null),
                        s.optionalText("precision").orElse(DEFAULTS.precision),
                        s.whole("tensorParallel", 1, 64, 1),
                        s.number("stepMicroseconds", 0, 1e6, 0),
                        block,
                        prefix,
                        flag(s, "asynchronous"),
                        order(s),
                        s.optionalSection("lora")
                                .map(DetailedSection::lora)
                                .orElse(LoraSupport.NONE),
                        s.optionalSection("speculation")
                                .map(DetailedSection::speculation)
                                .orElse(Speculation.NONE));
        if (read.kernels != null && read.system == null) {
            s.text("system");
        }
        if (read.tables != null && read.hardware == null) {
            s.text("hardware");
        }
        return read;
    }

    private static RooflineStepTime.Peak peak(YamlSection peak) {
        return new RooflineStepTime.Peak(
                peak.number("teraflops", 1e-3, 1e6) * 1e12,
                peak.number("gigabytesPerSecond", 1e-3, 1e6) * 1e9);
    }

    private static EngineLimits.Order order(YamlSection s) {
        return switch (s.optionalText("order").orElse("arrival")) {
            case "arrival" -> EngineLimits.Order.ARRIVAL;
            case "priority" -> EngineLimits.Order.PRIORITY;
            default -> throw s.wrong("order", "arrival or priority");
        };
    }

    private static LoraSupport lora(YamlSection lora) {
        return new LoraSupport(
                lora.whole("slots", 1, 65_536),
                lora.number("stepMicroseconds", 0, 1e6, 0),
                lora.number("adapterMicroseconds", 0, 1e6, 0),
                lora.number("loadMilliseconds", 0, 1e6) * 1e3);
    }

    private static Speculation speculation(YamlSection speculation) {
        return new Speculation(
                speculation.whole("draftTokens", 1, 64),
                speculation.number("acceptance", 0, 0.999),
                speculation.number("draftMicroseconds", 0, 1e6, 0));
    }

    private static boolean flag(YamlSection s, String key) {
        var text = s.optionalText(key).orElse("true");
        if (!text.equals("true") && !text.equals("false")) {
            throw s.wrong(key, "true or false");
        }
        return text.equals("true");
    }

    private static @Nullable Path path(YamlSection s, String key, Path folder) {
        return s.optionalText(key).map(folder::resolve).map(Path::normalize).orElse(null);
    }

    /** Reads the tables and sets the engine up. */
    DetailedEngine load(EngineProfile profile, String deployed) {
        var limits =
                new EngineLimits(
                        profile.maxSequences(),
                        profile.maxBatchedTokens(),
                        blockTokens,
                        Math.max(1, profile.kvTokens() / blockTokens),
                        asynchronous ? 2 : 1,
                        prefixBlockTokens,
                        order,
                        lora,
                        speculation);
        var name = model == null ? deployed : model;
        try {
            return source(limits, profile, name);
        } catch (MalformedInputException | MissingKernelException e) {
            throw new InputException(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new InputException(
                    "A file of the engine's step times cannot be read (%s)."
                            .formatted(e.getMessage()));
        }
    }

    private DetailedEngine source(EngineLimits limits, EngineProfile profile, String name)
            throws IOException {
        var constants = new StepConstants(stepMicros, 0);
        if (tables != null && hardware != null) {
            var measured =
                    new MeasuredStepTime(
                            shape(name),
                            new Parallelism(tensor, 1, 1),
                            ProfileFolder.find(tables, hardware, name).tables(tensor),
                            LINKS,
                            constants);
            return new DetailedEngine(
                    limits, measured, "%s of %s, %s".formatted(hardware, shown(tables), name));
        }
        if (kernels != null && system != null) {
            var kernelTimes =
                    new KernelStepTime(
                            shape(name),
                            KernelPlan.of(tensor, precision),
                            KernelFolder.read(kernels),
                            SystemFile.read(system),
                            constants);
            return new DetailedEngine(
                    limits, kernelTimes, "kernels of %s, %s".formatted(shown(kernels), precision));
        }
        if (steps != null) {
            return new DetailedEngine(
                    limits, StepFile.fit(steps), "linear fit on the steps of " + shown(steps));
        }
        if (peak != null) {
            var roofline =
                    new RooflineStepTime(
                            shape(name),
                            new Parallelism(tensor, 1, 1),
                            peak,
                            RooflineStepTime.Efficiency.TYPICAL,
                            LINKS);
            return new DetailedEngine(limits, roofline, "peak rates with typical efficiencies");
        }
        StepTimeModel own = new ProfileStepTime(profile);
        return new DetailedEngine(limits, own, "coefficients of the fleet file");
    }

    private static ModelShape shape(String name) {
        try {
            return ModelCatalogue.bundled().shapeOf(name);
        } catch (IllegalArgumentException e) {
            throw new InputException(String.valueOf(e.getMessage()));
        }
    }

    /** The name alone: where the files lie differs from machine to machine. */
    private static String shown(Path path) {
        return String.valueOf(path.getFileName());
    }
}
