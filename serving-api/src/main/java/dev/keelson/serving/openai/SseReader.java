package dev.keelson.serving.openai;

import java.util.Arrays;

/**
 * Takes the bytes of an event stream as they come and gives the data of each whole event.
 * Understands LF, CRLF, comments, several data lines, and data without the space after the colon.
 * NOT thread-safe.
 */
public final class SseReader {
    /** Bytes of one event; one token's chunk has a few hundred. */
    public static final int MAX_EVENT_BYTES = 4 << 20;

    /** Gets the data of each event: {@code buffer[from, to)} is valid only during the call. */
    @FunctionalInterface
    public interface Sink {
        void event(byte[] buffer, int from, int to);
    }

    private byte[] line = new byte[1024];
    private int lineLength;
    private byte[] data = new byte[1024];
    private int dataLength = -1;

    /**
     * @return false if an event is larger than {@link #MAX_EVENT_BYTES}: the stream cannot be read
     *     on
     */
    public boolean feed(byte[] bytes, int from, int to, Sink sink) {
        int start = lineLength == 0 && dataLength < 0 ? inPlace(bytes, from, to, sink) : from;
        for (int i = start; i < to; i++) {
            if (bytes[i] == '\n') {
                if (!append(bytes, start, i)) {
                    return false;
                }
                endLine(sink);
                start = i + 1;
            }
        }
        return append(bytes, start, to);
    }

    // Events that lie whole in what came, as nearly all do, are given without copying. Returns
    // where
    // the first lies that does not, or that is written in another way.
    private static int inPlace(byte[] bytes, int from, int to, Sink sink) {
        int start = from;
        while (to - start > 8 && isData(bytes, start, to) && bytes[start + 5] == ' ') {
            int end = start + 6;
            while (end < to && bytes[end] != '\n') {
                end++;
            }
            if (end + 1 >= to || bytes[end + 1] != '\n' || bytes[end - 1] == '\r') {
                return start;
            }
            sink.event(bytes, start + 6, end);
            start = end + 2;
        }
        return start;
    }

    private boolean append(byte[] bytes, int from, int to) {
        int added = to - from;
        if (lineLength + added > MAX_EVENT_BYTES || dataLength > MAX_EVENT_BYTES) {
            return false;
        }
        if (lineLength + added > line.length) {
            line = Arrays.copyOf(line, Math.max(line.length * 2, lineLength + added));
        }
        System.arraycopy(bytes, from, line, lineLength, added);
        lineLength += added;
        return true;
    }

    private void endLine(Sink sink) {
        int end = lineLength > 0 && line[lineLength - 1] == '\r' ? lineLength - 1 : lineLength;
        lineLength = 0;
        if (end == 0) {
            if (dataLength >= 0) {
                sink.event(data, 0, dataLength);
                dataLength = -1;
            }
        } else if (isData(line, 0, end)) {
            int from = end > 5 && line[5] == ' ' ? 6 : 5;
            addData(from, end);
        }
    }

    private static boolean isData(byte[] bytes, int at, int end) {
        return end - at >= 5
                && bytes[at] == 'd'
                && bytes[at + 1] == 'a'
                && bytes[at + 2] == 't'
                && bytes[at + 3] == 'a'
                && bytes[at + 4] == ':';
    }

    private void addData(int from, int end) {
        int at = dataLength < 0 ? 0 : dataLength + 1;
        int length = at + end - from;
        if (length > data.length) {
            data = Arrays.copyOf(data, Math.max(data.length * 2, length));
        }
        if (at > 0) {
            data[at - 1] = '\n';
        }
        System.arraycopy(line, from, data, at, end - from);
        dataLength = length;
    }
}
