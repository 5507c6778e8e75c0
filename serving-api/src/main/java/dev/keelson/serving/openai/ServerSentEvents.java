package dev.keelson.serving.openai;

import java.nio.charset.StandardCharsets;

/** Writes server-sent events as the OpenAI API frames them: {@code data: JSON\n\n}. */
public final class ServerSentEvents {
    /** Value of Content-Type. */
    public static final String MEDIA_TYPE = "text/event-stream; charset=utf-8";

    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PREFIX = "data: ".getBytes(StandardCharsets.US_ASCII);

    private ServerSentEvents() {}

    /** The event that ends every complete stream. */
    public static byte[] done() {
        return DONE.clone();
    }

    /**
     * @param json one line: JSON as {@link Json#bytes} writes it
     */
    public static byte[] event(byte[] json) {
        byte[] event = new byte[PREFIX.length + json.length + 2];
        System.arraycopy(PREFIX, 0, event, 0, PREFIX.length);
        System.arraycopy(json, 0, event, PREFIX.length, json.length);
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }
}
