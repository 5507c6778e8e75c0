package dev.keelson.controlplane.http;

import io.javalin.http.sse.SseClient;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Readers of server-sent events. Thread-safe. Each reader has a queue of its own: one that is slow
 * loses events and nobody waits for it.
 */
public final class EventStream {
    private static final int MOST_READERS = 64;
    private static final int MOST_WAITING = 64;

    private record Event(String name, String data) {}

    private final Map<SseClient, BlockingQueue<Event>> readers = new ConcurrentHashMap<>();

    boolean hasReaders() {
        return !readers.isEmpty();
    }

    /** Sends an event to all who read. */
    public void send(String name, String data) {
        readers.values().forEach(queue -> queue.offer(new Event(name, data)));
    }

    /** Serves one reader until it leaves; runs on the request's own virtual thread. */
    void serve(SseClient client) {
        if (readers.size() >= MOST_READERS) {
            client.close();
            return;
        }
        var queue = new ArrayBlockingQueue<Event>(MOST_WAITING);
        client.onClose(() -> readers.remove(client));
        readers.put(client, queue);
        try {
            while (readers.containsKey(client) && !client.terminated()) {
                var event = queue.poll(15, TimeUnit.SECONDS);
                if (event == null) {
                    client.sendComment("still here");
                } else {
                    client.sendEvent(event.name(), event.data());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            readers.remove(client);
            client.close();
        }
    }
}
