package dev.keelson.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.simulator.engine.EngineLimits;
import dev.keelson.simulator.engine.EngineRequest;
import dev.keelson.simulator.engine.EngineSimulator;
import dev.keelson.simulator.engine.profile.MalformedInputException;
import dev.keelson.simulator.engine.profile.ModelCatalogue;
import dev.keelson.simulator.engine.profile.ProfileFolder;
import dev.keelson.simulator.engine.steptime.Interconnect;
import dev.keelson.simulator.engine.steptime.MeasuredStepTime;
import dev.keelson.simulator.engine.steptime.Parallelism;
import dev.keelson.simulator.engine.steptime.StepConstants;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code keelson sim engine-speed}: request-steps of the engine simulator per second of one core.
 */
@Command(
        name = "engine-speed",
        description =
                "Simulates one loaded engine on one thread and prints request-steps per second.",
        mixinStandardHelpOptions = true)
final class EngineSpeedCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double REQUESTS_PER_SECOND = 7;

    @Mixin private final Console console = new Console();

    @Option(
            names = "--profile",
            required = true,
            paramLabel = "DIR",
            description = "operator profiles")
    private Path profile = Path.of("");

    @Option(
            names = "--hardware",
            defaultValue = "RTXPRO6000",
            description = "default ${DEFAULT-VALUE}")
    private String hardware = "";

    @Option(
            names = "--model",
            defaultValue = "meta-llama/Llama-3.1-8B",
            description = "default ${DEFAULT-VALUE}")
    private String model = "";

    @Option(names = "--requests", defaultValue = "20000", description = "default ${DEFAULT-VALUE}")
    private int requests;

    @Option(names = "--seed", defaultValue = "0", description = "default ${DEFAULT-VALUE}")
    private long seed;

    @Option(names = "--json", description = "one JSON document")
    private boolean json;

    @Override
    public Integer call() {
        if (requests < 1) {
            throw console.usage("The --requests (%d) must be at least 1.".formatted(requests));
        }
        try {
            var stepTime =
                    new MeasuredStepTime(
                            ModelCatalogue.bundled().shapeOf(model),
                            Parallelism.NONE,
                            ProfileFolder.find(profile, hardware, model).tables(1),
                            new Interconnect(0, 0, 1),
                            StepConstants.ZERO);
            var load = load();
            simulate(stepTime, load.subList(0, Math.min(1_000, load.size())));
            long start = System.nanoTime();
            var engine = simulate(stepTime, load);
            report(engine, (System.nanoTime() - start) / 1e9);
            return 0;
        } catch (MalformedInputException | IllegalArgumentException e) {
            console.err().println(e.getMessage());
            return 1;
        } catch (IOException e) {
            return console.unreadable(e);
        }
    }

    private static EngineSimulator simulate(MeasuredStepTime stepTime, List<EngineRequest> load) {
        var engine = new EngineSimulator(EngineLimits.vllm(128, 2048, 30_000), stepTime, 1);
        load.forEach(engine::submit);
        engine.drain();
        return engine;
    }

    /**
     * Poisson arrivals at a rate that keeps the batch nearly full, log-normal lengths like those of
     * chats.
     */
    private List<EngineRequest> load() {
        var random = new Random(seed);
        var load = new ArrayList<EngineRequest>();
        double seconds = 0;
        for (int i = 0; i < requests; i++) {
            seconds -= StrictMath.log(1 - random.nextDouble()) / REQUESTS_PER_SECOND;
            int prompt = (int) Math.clamp(StrictMath.exp(6.3 + random.nextGaussian()), 1, 8_000);
            int output =
                    (int) Math.clamp(StrictMath.exp(5.7 + 0.8 * random.nextGaussian()), 1, 4_000);
            load.add(new EngineRequest(i, Math.round(seconds * 1e9), prompt, output));
        }
        return load;
    }

    private void report(EngineSimulator engine, double wallSeconds) throws JsonProcessingException {
        var done = engine.occupancy();
        double perSecond = done.requestSteps() / wallSeconds;
        double virtualSeconds = done.busyNanos() / 1e9;
        var out = console.out();
        if (json) {
            var document =
                    JSON.createObjectNode()
                            .put("command", "sim engine-speed")
                            .put("seed", seed)
                            .put("requests", requests)
                            .put("steps", done.steps())
                            .put("requestSteps", done.requestSteps())
                            .put("simulatedBusySeconds", virtualSeconds);
            document.putObject("timing")
                    .put("wallSeconds", wallSeconds)
                    .put("requestStepsPerSecond", perSecond);
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document));
        } else {
            out.printf(
                    "%d requests of %s on %s: %d steps, %d request-steps, %.0f s of a busy engine in %.2f s on one core: %.2f million request-steps/s%n",
                    requests,
                    model,
                    hardware,
                    done.steps(),
                    done.requestSteps(),
                    virtualSeconds,
                    wallSeconds,
                    perSecond / 1e6);
        }
        out.flush();
    }
}
