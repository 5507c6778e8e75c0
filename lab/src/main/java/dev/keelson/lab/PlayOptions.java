package dev.keelson.lab;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What every study that plays a trace on a fleet is asked. */
final class PlayOptions {
    @Option(
            names = "--trace",
            required = true,
            paramLabel = "FILE",
            description =
                    "requests (Azure or time,prompt_tokens,output_tokens); for 'run' also demand over time")
    Path trace = Path.of("");

    @Option(
            names = "--fleet",
            required = true,
            paramLabel = "FILE",
            description = "fleet file (YAML); examples in datasets/fleets")
    Path fleet = Path.of("");

    @Option(names = "--seed", defaultValue = "0", description = "default ${DEFAULT-VALUE}")
    long seed;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "rows at once, default ${DEFAULT-VALUE}; the result is the same")
    int threads = 1;

    @Option(
            names = "--scale",
            defaultValue = "1",
            description = "multiplies the demand, default ${DEFAULT-VALUE}")
    double scale = 1;

    @Option(
            names = "--repeat",
            defaultValue = "1",
            description = "plays a trace of requests so many times in a row")
    int repeat = 1;

    @Option(names = "--json", description = "one JSON document")
    boolean json;
}
