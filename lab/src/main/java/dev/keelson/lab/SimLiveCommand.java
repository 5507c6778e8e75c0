package dev.keelson.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keelson.simulator.report.LiveReport;
import dev.keelson.simulator.trace.InputException;
import dev.keelson.simulator.trace.LiveRecording;
import dev.keelson.simulator.world.LiveStudy;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson sim live}: the simulator beside a recorded fleet that really ran. */
@Command(
        name = "live",
        description =
                "Plays the requests of a recorded live fleet and prints both fleets side by side.",
        mixinStandardHelpOptions = true)
final class SimLiveCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Mixin private final Console console = new Console();

    @Option(
            names = "--recording",
            required = true,
            paramLabel = "DIR",
            description = "recording, as 'keelson bench sim-live' writes it")
    private Path recording = Path.of("");

    @Option(
            names = "--fleet",
            paramLabel = "FILE",
            description = "fleet file instead of the recording's own")
    private @Nullable Path fleet;

    @Option(
            names = "--seed",
            defaultValue = "0",
            description = "of the cold starts' jitter, default ${DEFAULT-VALUE}")
    private long seed;

    @Option(names = "--json", description = "one JSON document")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        try {
            var live = LiveRecording.read(recording, fleet);
            var report = new LiveReport(live, LiveStudy.play(live, seed), seed);
            var out = console.out();
            if (json) {
                out.println(
                        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report.toJson()));
            } else {
                report.toLines().forEach(out::println);
            }
            return 0;
        } catch (IllegalArgumentException e) {
            console.err().println("keelson: policy.txt: " + e.getMessage());
            return 1;
        } catch (InputException e) {
            return console.failed(e);
        }
    }
}
