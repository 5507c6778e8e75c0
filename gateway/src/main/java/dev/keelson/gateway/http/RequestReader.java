package dev.keelson.gateway.http;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests from one connection, strictly: what two readers could understand differently is
 * refused, so that nothing can be smuggled past this one. NOT thread-safe.
 */
final class RequestReader {
    private static final int MAX_HEAD_BYTES = 32 << 10;
    private static final int MAX_CHUNK_LINE = 128;
    private static final int MAX_TRAILERS = 64;
    private static final byte[] CONTINUE =
            "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final boolean[] TOKEN = tokenCharacters(); // RFC 9110, 5.6.2

    // A read or write passes through memory outside the heap, as much as it moves at once.
    static final int MOST_AT_ONCE = 64 << 10;

    private final ReadableByteChannel in;
    private final WritableByteChannel out;
    private final int maxBodyBytes;
    private byte[] buffer = new byte[4096];
    private int start;
    private int end;

    RequestReader(ReadableByteChannel in, WritableByteChannel out, int maxBodyBytes) {
        this.in = in;
        this.out = out;
        this.maxBodyBytes = maxBodyBytes;
    }

    /**
     * Waits for more bytes and keeps them, or takes those that are there where the connection does
     * not block; false at its end.
     */
    boolean fill() throws IOException {
        if (start == end) {
            start = 0;
            end = 0;
        } else if (end == buffer.length) {
            makeRoom();
        }
        int read = read(buffer, end, buffer.length - end);
        if (read < 0) {
            return false;
        }
        end += read;
        return true;
    }

    boolean hasBytes() {
        return end > start;
    }

    /** The next request; null when the client closed between requests. */
    @Nullable HttpRequest next(Runnable headStarted) throws IOException {
        int headEnd = readHead(headStarted);
        if (headEnd < 0) {
            return null;
        }
        String head = new String(buffer, start, headEnd - start, StandardCharsets.ISO_8859_1);
        start = headEnd + 4;
        int line = lineEnd(head, 0);
        String[] requestLine = head.substring(0, line).split(" ", -1);
        if (requestLine.length != 3
                || !requestLine[2].startsWith("HTTP/1.")
                || !isToken(requestLine[0])) {
            throw new HttpProblem(400, "The request line is not HTTP/1.");
        }
        Map<String, String> headers = headers(head, line + 2);
        boolean http11 = !requestLine[2].equals("HTTP/1.0");
        byte[] body = readBody(headers, http11);
        return new HttpRequest(
                requestLine[0],
                path(requestLine[1]),
                http11,
                headers,
                body == null ? new byte[0] : body,
                body == null);
    }

    /**
     * Reads and drops up to the given bytes, so that a client which still sends can get its answer.
     */
    void discard(long atMost) throws IOException {
        long left = atMost - (end - start);
        start = 0;
        end = 0;
        byte[] sink = new byte[16 << 10];
        int read = 0;
        while (left > 0 && read >= 0) {
            read = read(sink, 0, sink.length);
            left -= read;
        }
    }

    private int readHead(Runnable headStarted) throws IOException {
        int searched = start;
        boolean begun = false;
        while (true) {
            if (!begun && hasBytes()) {
                begun = true;
                headStarted.run();
            }
            for (int i = Math.max(start, searched); i + 3 < end; i++) {
                if (buffer[i] == '\r'
                        && buffer[i + 1] == '\n'
                        && buffer[i + 2] == '\r'
                        && buffer[i + 3] == '\n') {
                    return i;
                }
            }
            if (end - start >= MAX_HEAD_BYTES) {
                throw new HttpProblem(
                        431, "The request head is larger than %d bytes.".formatted(MAX_HEAD_BYTES));
            }
            int offset = Math.max(0, end - start - 3);
            if (!fill()) {
                if (hasBytes()) {
                    throw new EOFException("closed within a request head");
                }
                return -1;
            }
            searched = start + offset;
        }
    }

    private static int lineEnd(String head, int from) {
        int end = head.indexOf("\r\n", from);
        return end < 0 ? head.length() : end;
    }

    // Without regular expressions, here and below: every request comes through.
    private static Map<String, String> headers(String head, int from) throws HttpProblem {
        Map<String, String> headers = new HashMap<>();
        int next = from;
        while (next <= head.length()) {
            int end = lineEnd(head, next);
            int colon = head.indexOf(':', next);
            if (colon <= next || colon > end || !isToken(head.substring(next, colon))) {
                throw new HttpProblem(400, "A header line is malformed.");
            }
            String name = head.substring(next, colon).toLowerCase(java.util.Locale.ROOT);
            String value = head.substring(colon + 1, end).strip();
            next = end + 2;
            if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0 || value.indexOf('\0') >= 0) {
                throw new HttpProblem(400, "A header value is malformed.");
            }
            String before = headers.put(name, value);
            if (before != null && isFraming(name) && !before.equals(value)) {
                throw new HttpProblem(400, "Two different lengths are given.");
            }
        }
        return headers;
    }

    private static boolean isFraming(String name) {
        return name.equals("content-length") || name.equals("transfer-encoding");
    }

    private byte @Nullable [] readBody(Map<String, String> headers, boolean http11)
            throws IOException {
        String length = headers.get("content-length");
        String encoding = headers.get("transfer-encoding");
        if (encoding != null) {
            if (length != null || !http11 || !encoding.equalsIgnoreCase("chunked")) {
                throw new HttpProblem(400, "The transfer encoding is not understood.");
            }
            askForBody(headers);
            return readChunks();
        }
        if (length == null) {
            return new byte[0];
        }
        if (!Digits.isLong(length)) {
            throw new HttpProblem(400, "The content length is no number.");
        }
        long bytes = Long.parseLong(length);
        if (bytes > maxBodyBytes) {
            return null;
        }
        if (bytes > 0) {
            askForBody(headers);
        }
        byte[] body = new byte[(int) bytes];
        readFully(body, 0, body.length);
        return body;
    }

    private void askForBody(Map<String, String> headers) throws IOException {
        if ("100-continue".equalsIgnoreCase(headers.get("expect")) && !hasBytes()) {
            out.write(ByteBuffer.wrap(CONTINUE));
        }
    }

    private byte @Nullable [] readChunks() throws IOException {
        byte[] body = new byte[4096];
        int length = 0;
        while (true) {
            int size = chunkSize(readLine());
            if (size == 0) {
                dropTrailers();
                return Arrays.copyOf(body, length);
            }
            if (size < 0 || length + size > maxBodyBytes) {
                return null;
            }
            if (length + size > body.length) {
                body = Arrays.copyOf(body, Math.max(body.length * 2, length + size));
            }
            readFully(body, length, size);
            length += size;
            if (!readLine().isEmpty()) {
                throw new HttpProblem(400, "A chunk is longer than it says.");
            }
        }
    }

    private void dropTrailers() throws IOException {
        for (int i = 0; i < MAX_TRAILERS; i++) {
            if (readLine().isEmpty()) {
                return;
            }
        }
        throw new HttpProblem(
                400, "More than %d trailers follow the body.".formatted(MAX_TRAILERS));
    }

    // -1: over any bound
    private static int chunkSize(String line) throws HttpProblem {
        int semicolon = line.indexOf(';');
        String digits = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
        if (!digits.matches("[0-9a-fA-F]{1,16}")) {
            throw new HttpProblem(400, "A chunk has no size.");
        }
        return digits.length() > 7 ? -1 : Integer.parseInt(digits, 16);
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            if (!hasBytes() && !fill()) {
                throw new EOFException("closed within a request body");
            }
            byte next = buffer[start++];
            if (next == '\n') {
                int length = line.length();
                if (length == 0 || line.charAt(length - 1) != '\r') {
                    throw new HttpProblem(400, "A line ends without a carriage return.");
                }
                return line.substring(0, length - 1);
            }
            line.append((char) (next & 0xff));
            if (line.length() > MAX_CHUNK_LINE) {
                throw new HttpProblem(400, "A chunk line is too long.");
            }
        }
    }

    private void readFully(byte[] into, int offset, int length) throws IOException {
        int have = Math.min(length, end - start);
        System.arraycopy(buffer, start, into, offset, have);
        start += have;
        while (have < length) {
            int read = read(into, offset + have, length - have);
            if (read < 0) {
                throw new EOFException("closed within a request body");
            }
            have += read;
        }
    }

    private int read(byte[] into, int offset, int length) throws IOException {
        return in.read(ByteBuffer.wrap(into, offset, Math.min(length, MOST_AT_ONCE)));
    }

    private void makeRoom() {
        int length = end - start;
        byte[] target = length > buffer.length / 2 ? new byte[buffer.length * 2] : buffer;
        System.arraycopy(buffer, start, target, 0, length);
        buffer = target;
        start = 0;
        end = length;
    }

    private static String path(String target) {
        String path = target;
        if (path.startsWith("http://") || path.startsWith("https://")) {
            int slash = path.indexOf('/', path.indexOf("//") + 2);
            path = slash < 0 ? "/" : path.substring(slash);
        }
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    private static boolean[] tokenCharacters() {
        boolean[] token = new boolean[127];
        for (char c = '!'; c < token.length; c++) {
            token[c] = "()<>@,;:\\\"/[]?={}".indexOf(c) < 0;
        }
        return token;
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= TOKEN.length || !TOKEN[c]) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
