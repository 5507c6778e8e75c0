package dev.keelson.controlplane.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.List;

/** The last 15 minutes at one point a second. Thread-safe. */
public final class History {
    private static final int SECONDS = 900;

    private final ArrayDeque<List<ObjectNode>> steps = new ArrayDeque<>();

    synchronized void add(List<ObjectNode> points) {
        steps.add(List.copyOf(points));
        if (steps.size() > SECONDS) {
            steps.removeFirst();
        }
    }

    /** Points of the last so many seconds, oldest first. */
    synchronized List<ObjectNode> last(int seconds) {
        return steps.stream()
                .skip(Math.max(0, steps.size() - seconds))
                .flatMap(List::stream)
                .toList();
    }
}
