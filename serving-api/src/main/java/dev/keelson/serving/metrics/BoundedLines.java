package dev.keelson.serving.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lines of UTF-8 text, ended by LF or CRLF, never held longer than the bound. Not thread-safe. */
final class BoundedLines {
    private final InputStream in;
    private final ScrapeLimits limits;
    private final byte[] chunk = new byte[8192];
    private int position;
    private int filled;
    private long bytes;
    private byte[] line = new byte[256];
    private boolean overlong;

    BoundedLines(InputStream in, ScrapeLimits limits) {
        this.in = in;
        this.limits = limits;
    }

    /** The next line without its end; null at the end of the text or at the byte limit. */
    @Nullable String next() throws IOException {
        int length = 0;
        overlong = false;
        while (true) {
            if (position == filled && !fill()) {
                return length == 0 || exhausted() ? null : text(length);
            }
            byte b = chunk[position++];
            if (b == '\n') {
                return text(length);
            }
            if (length == limits.lineBytes()) {
                overlong = true;
                continue;
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, line.length * 2);
            }
            line[length++] = b;
        }
    }

    /** Was the last line longer than the bound, and therefore cut? */
    boolean wasOverlong() {
        return overlong;
    }

    /** Did the text go on past the byte limit? */
    boolean exhausted() {
        return bytes > limits.bytes();
    }

    private boolean fill() throws IOException {
        if (exhausted()) {
            return false;
        }
        filled = Math.max(0, in.read(chunk));
        position = 0;
        bytes += filled;
        if (exhausted()) {
            filled = 0;
        }
        return filled > 0;
    }

    private String text(int length) {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return new String(line, 0, end, StandardCharsets.UTF_8);
    }
}
