package dev.keelson.console.client;

import java.util.function.BiConsumer;

/** Lines of a {@code text/event-stream} to events (name, data). Confined to one thread. */
final class EventReader {
    private final BiConsumer<String, String> events;
    private final StringBuilder data = new StringBuilder();
    private String name = "message";

    EventReader(BiConsumer<String, String> events) {
        this.events = events;
    }

    void line(String line) {
        if (line.isEmpty()) {
            end();
            return;
        }
        int colon = line.indexOf(':');
        String field = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1);
        value = value.startsWith(" ") ? value.substring(1) : value;
        switch (field) {
            case "event" -> name = value;
            case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
            default -> {} // comments, ids and retry hints say nothing to a console
        }
    }

    private void end() {
        if (!data.isEmpty()) {
            events.accept(name, data.toString());
        }
        data.setLength(0);
        name = "message";
    }
}
