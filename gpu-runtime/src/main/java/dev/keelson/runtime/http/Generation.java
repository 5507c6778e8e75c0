package dev.keelson.runtime.http;

import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.engine.FinishReason;
import dev.keelson.runtime.engine.TokenSink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A job in the engine: all its choices, and their tokens in the order in which they came. Closing
 * it cancels what still runs.
 */
final class Generation implements AutoCloseable {
    /**
     * One thing that happened.
     *
     * @param token -1 if the choice ended without one
     * @param last why the choice ended, or null
     */
    record Event(int choice, int token, @Nullable FinishReason last) {
        /** The token, if there is one. */
        List<Integer> tokens() {
            return token < 0 ? List.of() : List.of(token);
        }
    }

    private final Engine engine;
    private final List<Long> sequences = new ArrayList<>();
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private int open;

    Generation(Engine engine, Job job) {
        this.engine = engine;
        open = job.prompts().size();
        for (int choice = 0; choice < job.prompts().size(); choice++) {
            sequences.add(
                    engine.submit(
                            job.prompts().get(choice),
                            job.resumed(),
                            job.parameters().get(choice),
                            sink(choice)));
        }
    }

    /** Whether more events come. */
    boolean isOpen() {
        return open > 0;
    }

    /** The next event, or null if none came within {@code millis}. */
    @Nullable Event next(long millis) throws InterruptedException {
        Event event = events.poll(millis, java.util.concurrent.TimeUnit.MILLISECONDS);
        if (event != null && event.last() != null) {
            open--;
        }
        return event;
    }

    @Override
    public void close() {
        if (open > 0) {
            sequences.forEach(engine::cancel);
        }
    }

    private TokenSink sink(int choice) {
        return new TokenSink() {
            @Override
            public void token(int token, @Nullable FinishReason last) {
                events.add(new Event(choice, token, last));
            }

            @Override
            public void ended(FinishReason reason) {
                events.add(new Event(choice, -1, reason));
            }
        };
    }
}
