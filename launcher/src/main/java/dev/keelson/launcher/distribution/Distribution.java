package dev.keelson.launcher.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the build left under {@code target/dist}, and how a process is started from it.
 *
 * @param home the checkout
 * @param javaHome the JDK that runs every process
 */
public record Distribution(Path home, Path javaHome) {

    /** The version that every jar carries. */
    public static final String VERSION = "0.1.0";

    /** These, or the training process that one of them starts. */
    private static final Set<Component> LOADS_LIBTORCH =
            EnumSet.of(
                    Component.ENGINE,
                    Component.VECTOR_ENGINE,
                    Component.ENGINE_BENCH,
                    Component.TRAINER,
                    Component.FORECASTER,
                    Component.LEARNED_STUDY);

    /** These may decode on the Vector API, which is an incubator module still. */
    private static final Set<Component> VECTORS =
            EnumSet.of(Component.VECTOR_ENGINE, Component.ENGINE_BENCH);

    /**
     * Worth the second compiler and its memory: a study computes for minutes, vectors need it, a
     * plan by forecasts for a large fleet takes half the time with it, and so does what a gateway
     * does for a request.
     */
    private static final Set<Component> BOTH_COMPILERS =
            EnumSet.of(
                    Component.CONTROL_PLANE,
                    Component.GATEWAY,
                    Component.GATEWAY_ALONE,
                    Component.VECTOR_ENGINE,
                    Component.ENGINE_BENCH,
                    Component.STUDY,
                    Component.FORECAST,
                    Component.SLOW_READERS,
                    Component.GATEWAY_PEERS,
                    Component.LEARNED_STUDY,
                    Component.POOL_STUDY,
                    Component.PLAN_TIME);

    private static final int COMMAND_HEAP_MEBIBYTES = 96;
    private static final int ASSEMBLY_HEAP_MEBIBYTES = 512;

    /** Directory of training runs; set only while the build records the AOT caches. */
    public static final String RECORD_VARIABLE = "KEELSON_AOT_RECORD";

    /** The distribution that this process runs from. */
    public static Distribution current() {
        String home = System.getProperty("keelson.home");
        if (home == null) {
            throw new IllegalStateException(
                    "The system property keelson.home is not set.\nRun ./keelson, which sets it.");
        }
        return new Distribution(
                Path.of(home).toAbsolutePath().normalize(),
                Path.of(System.getProperty("java.home")));
    }

    /** The folder of everything that was built. */
    public Path folder() {
        return home.resolve("target").resolve("dist");
    }

    /** The folder under which models lie that engines may load. */
    public Path modelRoot() {
        return home.resolve("models");
    }

    /** The small model that comes with Keelson. */
    public Path bundledModel() {
        return modelRoot().resolve("keelson-mini");
    }

    /** The adapters that come with it, a folder each. */
    public Path bundledAdapters() {
        return modelRoot().resolve("keelson-mini-adapters");
    }

    /** The small model that guesses for the bundled one. */
    public Path bundledDraft() {
        return modelRoot().resolve("keelson-mini-draft");
    }

    /** The trace that {@code up} replays. */
    public Path azureTrace() {
        return home.resolve("datasets")
                .resolve("azure-llm-2023")
                .resolve("AzureLLMInferenceTrace_conv.csv.gz");
    }

    /** Where the unpacked native libraries of DJL are. */
    public Path natives() {
        return folder().resolve("natives");
    }

    /** The AOT cache of a component; it may be absent. */
    public Path cache(Component component) {
        String name =
                switch (component) {
                    case LOADGEN -> "launcher";
                    case METADATA -> "supervisor"; // The same classes, and shared pages.
                    default -> component.kind();
                };
        return folder().resolve("aot").resolve(name + ".aot");
    }

    /**
     * Where a component that records leaves what its cache is made from. It records only when the
     * file is there, empty, before it starts.
     */
    Path recording(Component component, Path folder) {
        return folder.resolve(cache(component).getFileName() + ".config");
    }

    /** True when the component has been built. */
    public boolean has(Component component) {
        return Files.isRegularFile(classpathFile(component)) && Files.isRegularFile(jar(component));
    }

    /** The command line of a component, ready for {@link ProcessBuilder}. */
    public List<String> command(Component component, List<String> arguments) {
        return command(component, cacheFlags(component, recordings().orElse(null)), arguments);
    }

    /** The same with another bound of the heap, in MiB. */
    public List<String> command(Component component, long heapMebibytes, List<String> arguments) {
        var flags = new ArrayList<>(cacheFlags(component, recordings().orElse(null)));
        flags.add("-Xmx" + heapMebibytes + "m"); // the last one counts
        return command(component, flags, arguments);
    }

    /** The same, recording for a cache into a folder. */
    public List<String> recordingCommand(
            Component component, Path recordings, List<String> arguments) {
        return command(component, cacheFlags(component, recordings), arguments);
    }

    private List<String> command(
            Component component, List<String> cacheFlags, List<String> arguments) {
        var line = new ArrayList<String>();
        line.add(javaHome.resolve("bin").resolve("java").toString());
        line.addAll(flags(component));
        line.addAll(cacheFlags);
        line.add("-cp");
        line.add(classpath(component));
        line.add(component.mainClass());
        line.addAll(arguments);
        return List.copyOf(line);
    }

    /** The command line that turns a recording into a cache. */
    List<String> assembly(Component component, Path recording, Path cache) {
        var line = new ArrayList<String>();
        line.add(javaHome.resolve("bin").resolve("java").toString());
        line.addAll(flags(component));
        line.addAll(
                List.of(
                        "-Xmx" + ASSEMBLY_HEAP_MEBIBYTES + "m",
                        "-XX:AOTMode=create",
                        "-XX:AOTConfiguration=" + recording,
                        "-XX:AOTCache=" + cache,
                        "-cp",
                        classpath(component)));
        return List.copyOf(line);
    }

    /** The folder that the processes of this fleet record into, while the build rehearses. */
    public Optional<Path> recordings() {
        return Optional.ofNullable(System.getenv(RECORD_VARIABLE)).map(Path::of);
    }

    /**
     * What {@code ./keelson} gives to {@code java} for each command, as an argument file. Equal to
     * the flags of the recording, without which the cache would be refused.
     */
    public String argumentFile() {
        var line = new ArrayList<>(flags(Component.LOADGEN));
        line.addAll(cacheFlags(Component.LOADGEN, null));
        line.addAll(
                List.of(
                        "-Xmx" + COMMAND_HEAP_MEBIBYTES + "m",
                        "-Xlog:disable",
                        "-cp",
                        classpath(Component.LOADGEN),
                        Component.LOADGEN.mainClass()));
        return line.stream()
                .map(word -> '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** What every process finds in its environment besides what the caller has. */
    public Map<String, String> environment() {
        return Map.of(
                // glibc's arenas per thread cost more resident memory than all heaps together.
                "MALLOC_ARENA_MAX", "2",
                "OMP_NUM_THREADS", "1",
                "MKL_NUM_THREADS", "1",
                "DJL_CACHE_DIR", natives().toString(),
                "ENGINE_CACHE_DIR", natives().toString(),
                "DJL_OFFLINE", "true",
                "OPT_OUT_TRACKING", "true");
    }

    /** The JVM's flags of a component, its AOT cache aside. */
    public List<String> flags(Component component) {
        var flags = new ArrayList<String>();
        flags.add("-Xmx" + component.heapMebibytes() + "m");
        flags.addAll(
                List.of(
                        "-Xss512k",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-XX:+ExitOnOutOfMemoryError",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djava.awt.headless=" + (component != Component.CONSOLE),
                        "-Dkeelson.home=" + home,
                        "-Dlogback.configurationFile="
                                + folder().resolve("conf").resolve("logback.xml")));
        if (!BOTH_COMPILERS.contains(component)) {
            flags.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:CICompilerCount=1"));
        }
        if (LOADS_LIBTORCH.contains(component)) {
            flags.addAll(
                    List.of(
                            "-DDJL_CACHE_DIR=" + natives(),
                            "-DENGINE_CACHE_DIR=" + natives(),
                            "-Dai.djl.offline=true",
                            "-DOPT_OUT_TRACKING=true",
                            "-Dai.djl.pytorch.num_threads="
                                    + (component == Component.ENGINE_BENCH ? 2 : 1),
                            "-Dai.djl.pytorch.num_interop_threads=1"));
        }
        if (VECTORS.contains(component)) {
            flags.addAll(List.of("--add-modules", "jdk.incubator.vector"));
            flags.add("-XX:+UseTransparentHugePages");
        }
        if (component == Component.BENCH) {
            flags.add("-Dkeelson.root=" + home);
        }
        return flags;
    }

    private List<String> cacheFlags(Component component, @Nullable Path recordTo) {
        if (recordTo != null && Files.isRegularFile(recording(component, recordTo))) {
            return List.of(
                    "-XX:AOTMode=record",
                    "-XX:AOTConfiguration=" + recording(component, recordTo),
                    "-Xlog:aot*=off",
                    "-Xlog:cds*=off");
        }
        Path cache = cache(component);
        // A cache that does not match is ignored by the JVM; its complaint would only fill the log.
        return Files.isRegularFile(cache)
                ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off")
                : List.of();
    }

    String classpath(Component component) {
        try {
            String relative = Files.readString(classpathFile(component)).strip();
            String rest =
                    Arrays.stream(relative.split(":"))
                            .filter(entry -> !entry.isEmpty())
                            .map(entry -> folder().resolve(entry).toString())
                            .collect(Collectors.joining(":"));
            return rest.isEmpty() ? jar(component).toString() : jar(component) + ":" + rest;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The component %s is not built (%s).\nRun ./keelson --version, which builds it."
                            .formatted(component.commandName(), e.getMessage()),
                    e);
        }
    }

    private Path jar(Component component) {
        return folder().resolve("lib").resolve(component.artifact() + "-" + VERSION + ".jar");
    }

    private Path classpathFile(Component component) {
        return folder().resolve(component.artifact() + ".classpath");
    }
}
