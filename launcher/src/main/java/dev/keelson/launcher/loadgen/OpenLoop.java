package dev.keelson.launcher.loadgen;

import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Sends requests on schedule whether or not earlier ones returned: a slow server gets no relief, as
 * from real users.
 */
final class OpenLoop {
    private final StreamingClient client;
    private final RandomGenerator chance;
    private final LongSupplier nanoTime;

    /** Hears of each request whose answer ended, on any thread. */
    interface Heard {
        void ended(Duration sent, TraceRequest request, Outcome outcome);
    }

    OpenLoop(StreamingClient client, RandomGenerator chance, LongSupplier nanoTime) {
        this.client = client;
        this.chance = chance;
        this.nanoTime = nanoTime;
    }

    /**
     * Runs until the schedule or the duration ends, and all answers are there.
     *
     * @return how long it took
     */
    Duration run(Iterator<TraceRequest> schedule, Duration longest, Summary summary, Heard heard)
            throws InterruptedException {
        long start = nanoTime.getAsLong();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            while (schedule.hasNext()) {
                TraceRequest request = schedule.next();
                if (request.offset().compareTo(longest) > 0) {
                    break;
                }
                long wait = start + request.offset().toNanos() - nanoTime.getAsLong();
                if (wait > 0) {
                    TimeUnit.NANOSECONDS.sleep(wait);
                }
                String prompt = Prompts.ofTokens(request.promptTokens(), chance);
                summary.count();
                Duration sent = Duration.ofNanos(nanoTime.getAsLong() - start);
                threads.execute(() -> {
                    Outcome outcome = client.send(prompt, request.outputTokens());
                    summary.add(outcome);
                    heard.ended(sent, request, outcome);
                });
            }
        }
        return Duration.ofNanos(nanoTime.getAsLong() - start);
    }
}
