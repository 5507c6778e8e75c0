package dev.keelson.launcher.loadgen;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of the load generator.
 *
 * @param url base address of the OpenAI API
 * @param model its name in the API
 * @param apiKey bearer token, or null
 * @param duration requests are sent this long at most
 * @param slo what counts as good
 * @param seed of prompts and of Poisson arrivals
 * @param clock says when the run began
 * @param log gets a line for each request, or null
 */
public record LoadRun(
        String url,
        String model,
        @Nullable String apiKey,
        Duration duration,
        Summary.Slo slo,
        long seed,
        InstantSource clock,
        @Nullable RequestLog log) {
    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    /** Replays a trace; tells the factor and the clamped share first. */
    public ObjectNode replay(
            List<TraceRequest> trace,
            LengthScale scale,
            double speed,
            boolean repeat,
            Consumer<String> tell)
            throws InterruptedException {
        tell.accept(
                "%d requests, lengths divided by %s, %.1f %% of them clamped to %d + %d tokens, speed %s"
                        .formatted(
                                trace.size(),
                                scale.factor(),
                                100 * scale.clampedShare(trace),
                                scale.longestPrompt(),
                                scale.longestOutput(),
                                speed));
        List<TraceRequest> scaled = trace.stream().map(scale::apply).toList();
        return run(Schedules.replay(scaled, speed, repeat));
    }

    /** Equal requests at a mean rate. */
    public ObjectNode atRate(double perSecond, int promptTokens, int outputTokens)
            throws InterruptedException {
        return run(
                Schedules.poisson(
                        perSecond, promptTokens, outputTokens, new SplittableRandom(seed)));
    }

    private ObjectNode run(Iterator<TraceRequest> schedule) throws InterruptedException {
        var summary = new Summary();
        var client = new StreamingClient(url, model, apiKey, TIMEOUT, System::nanoTime);
        var loop = new OpenLoop(client, new SplittableRandom(seed + 1), System::nanoTime);
        double began = clock.millis() / 1e3;
        Duration ran =
                loop.run(
                        schedule,
                        duration,
                        summary,
                        (sent, request, outcome) -> {
                            if (log != null) {
                                log.add(began + sent.toNanos() / 1e9, request, outcome);
                            }
                        });
        return summary.toJson(slo, ran);
    }
}
