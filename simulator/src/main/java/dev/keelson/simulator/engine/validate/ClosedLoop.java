package dev.keelson.simulator.engine.validate;

import dev.keelson.simulator.engine.EngineLimits;
import dev.keelson.simulator.engine.EngineRequest;
import dev.keelson.simulator.engine.EngineSimulator;
import dev.keelson.simulator.engine.RequestTimes;
import dev.keelson.simulator.engine.StepTimeModel;
import java.util.SplittableRandom;

/**
 * So many requests in flight all the time: each answer is followed at once by the next request, as
 * serving benchmarks with a fixed concurrency do.
 *
 * @param concurrency requests in flight
 * @param requests how many there are in all
 * @param promptTokens longest prompt
 * @param outputTokens longest answer
 * @param shortest the shortest prompt and answer as a share of the longest; uniform between
 */
public record ClosedLoop(
        int concurrency, int requests, int promptTokens, int outputTokens, double shortest) {

    /** Means over all requests, in milliseconds; the first token counts from the arrival. */
    public record Latency(double ttftMillis, double tpotMillis) {}

    /** Plays it from an empty engine. */
    public Latency play(EngineLimits limits, StepTimeModel stepTime, int data, long seed) {
        var random = new SplittableRandom(seed);
        var engine = new EngineSimulator(limits, stepTime, data);
        int sent = 0;
        for (; sent < Math.min(concurrency, requests); sent++) {
            engine.submit(next(sent, 0, random));
        }
        double ttft = 0;
        double tpot = 0;
        for (var event = engine.nextEventNanos();
                event.isPresent();
                event = engine.nextEventNanos()) {
            long now = event.getAsLong();
            engine.advanceTo(now);
            for (RequestTimes done : engine.takeFinished()) {
                ttft += done.firstTokenNanos() - done.request().arrivalNanos();
                tpot += done.timePerOutputTokenSeconds() * 1e9;
                if (sent < requests) {
                    engine.submit(next(sent++, now, random));
                }
            }
        }
        return new Latency(ttft / requests / 1e6, tpot / requests / 1e6);
    }

    private EngineRequest next(int id, long nanos, SplittableRandom random) {
        int prompt = length(promptTokens, random);
        return new EngineRequest(id, nanos, prompt, length(outputTokens, random));
    }

    private int length(int longest, SplittableRandom random) {
        int least = (int) Math.max(1, StrictMath.floor(shortest * longest));
        return least + random.nextInt(longest - least + 1);
    }
}
