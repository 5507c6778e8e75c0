package dev.keelson.runtime.http;

import dev.keelson.runtime.engine.Adapter;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.engine.EngineRequest;
import dev.keelson.runtime.engine.FinishReason;
import dev.keelson.runtime.engine.Logprobs;
import dev.keelson.runtime.engine.Token;
import dev.keelson.runtime.engine.TokenSink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
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
     * @param logprobs of the token, if they were asked for
     */
    record Event(int choice, int token, @Nullable FinishReason last, @Nullable Logprobs logprobs) {
        /** The token, if there is one. */
        List<Integer> tokens() {
            return token < 0 ? List.of() : List.of(token);
        }
    }

    private final Engine engine;
    private final List<Long> sequences = new ArrayList<>();
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicInteger cached = new AtomicInteger();
    private int open;

    /**
     * @param adapter applied to the model, or null
     */
    Generation(Engine engine, Job job, @Nullable Adapter adapter) {
        this.engine = engine;
        open = job.prompts().size();
        // The n choices of one prompt stand together, and are one request to the engine.
        int n = job.options().n();
        for (int from = 0; from < open; from += n) {
            List<Engine.Choice> choices = new ArrayList<>();
            for (int i = from; i < from + n; i++) {
                boolean first = i == from;
                choices.add(new Engine.Choice(job.parameters().get(i), sink(i, first)));
            }
            var request =
                    new EngineRequest(
                            job.prompts().get(from),
                            job.resumed(),
                            job.options().priority(),
                            job.options().cacheSalt(),
                            job.withinNanos(),
                            adapter);
            sequences.addAll(engine.submit(request, choices));
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

    /** Tokens of the prompts that lay in the cache; known once each choice has a token. */
    int cachedTokens() {
        return cached.get();
    }

    private TokenSink sink(int choice, boolean countsPrompt) {
        return new TokenSink() {
            @Override
            public void started(int cachedTokens) {
                if (countsPrompt) {
                    cached.addAndGet(cachedTokens);
                }
            }

            @Override
            public void token(Token token) {
                events.add(new Event(choice, token.id(), token.last(), token.logprobs()));
            }

            @Override
            public void ended(FinishReason reason) {
                events.add(new Event(choice, -1, reason, null));
            }
        };
    }
}
