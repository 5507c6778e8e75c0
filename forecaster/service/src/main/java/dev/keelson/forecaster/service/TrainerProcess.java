package dev.keelson.forecaster.service;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The training process: the same class path, a small heap, the least priority, one thread for each
 * native library.
 *
 * @param models folder of the registry
 */
record TrainerProcess(Path models) implements TrainerLaunch {
    private static final List<String> PASSED_ON =
            List.of("DJL_CACHE_DIR", "ENGINE_CACHE_DIR", "logback.configurationFile");
    private static final Path NICE = Path.of("/usr/bin/nice");

    @Override
    public Process start() throws IOException {
        var builder = new ProcessBuilder(command());
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("OPENBLAS_NUM_THREADS", "1");
        builder.environment().remove("KEELSON_SUPERVISED");
        builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        return builder.start();
    }

    private List<String> command() {
        var line = new ArrayList<String>();
        if (Files.isExecutable(NICE)) {
            line.addAll(List.of(NICE.toString(), "-n", "19"));
        }
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djava.util.concurrent.ForkJoinPool.common.parallelism=1",
                        "-Dai.djl.offline=true",
                        "-DOPT_OUT_TRACKING=true",
                        "-Dai.djl.pytorch.num_threads=1",
                        "-Dai.djl.pytorch.num_interop_threads=1"));
        for (String name : PASSED_ON) {
            String value = System.getProperty(name);
            if (value != null) {
                line.add("-D" + name + "=" + value);
            }
        }
        line.addAll(List.of("-cp", absolute(System.getProperty("java.class.path"))));
        line.add("dev.keelson.forecaster.learned.train.TrainMain");
        line.addAll(List.of("--registry", models.toString()));
        return line;
    }

    private static String absolute(String classPath) {
        var entries = new ArrayList<String>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }
}
