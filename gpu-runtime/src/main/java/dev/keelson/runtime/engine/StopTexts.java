package dev.keelson.runtime.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Watches an answer's bytes for stop texts, which may span tokens. */
final class StopTexts {
    private final List<byte[]> stops;
    private final TokenText text;
    private final int longest;
    private byte[] tail = new byte[0];

    StopTexts(List<String> stops, TokenText text) {
        this.stops = stops.stream().map(s -> s.getBytes(StandardCharsets.UTF_8)).toList();
        this.text = text;
        longest = this.stops.stream().mapToInt(s -> s.length).max().orElse(0);
    }

    /** Whether the answer holds a stop text once {@code token} is added. */
    boolean add(int token) {
        if (longest == 0) {
            return false;
        }
        var joined = new ByteArrayOutputStream();
        joined.writeBytes(tail);
        joined.writeBytes(text.bytes(token));
        byte[] all = joined.toByteArray();
        for (byte[] stop : stops) {
            if (contains(all, stop)) {
                return true;
            }
        }
        tail = java.util.Arrays.copyOfRange(all, Math.max(0, all.length - longest + 1), all.length);
        return false;
    }

    private static boolean contains(byte[] all, byte[] stop) {
        for (int from = 0; from + stop.length <= all.length; from++) {
            if (java.util.Arrays.mismatch(all, from, from + stop.length, stop, 0, stop.length)
                    < 0) {
                return true;
            }
        }
        return false;
    }
}
