package dev.keelson.gateway.upstream;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One HTTP/1.1 connection to an engine. Gives body bytes as they arrive, with the transfer coding
 * taken off. NOT thread-safe, but for {@link #close}, which ends a read that waits.
 */
public final class UpstreamConnection implements AutoCloseable {
    private static final int MAX_LINE = 16 << 10;
    private static final int MAX_SIZE_DIGITS = 8;
    private static final int MAX_HEADERS = 100;
    private static final int FINISH_MILLIS = 200;

    private enum Framing {
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE,
        ENDED
    }

    private final Socket socket;
    private final InputStream in;
    private final String host;
    private final byte[] buffer = new byte[8192];
    private int start;
    private int end;
    private Framing framing = Framing.ENDED;
    private long left;
    private boolean firstChunk;
    private boolean keepAlive = true;
    private boolean used;
    private boolean answered;
    private long idleSinceNanos;

    private UpstreamConnection(Socket socket, String host) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.host = host;
    }

    static UpstreamConnection open(InetSocketAddress address, int connectMillis)
            throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address, connectMillis);
            return new UpstreamConnection(
                    socket, address.getHostString() + ":" + address.getPort());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends a POST in one write. {@code extraHeaders} is ready text, each line with its CRLF. */
    public void post(String path, String extraHeaders, byte[] body) throws IOException {
        byte[] head =
                ("POST "
                                + path
                                + " HTTP/1.1\r\nHost: "
                                + host
                                + "\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.length
                                + "\r\n"
                                + extraHeaders
                                + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1);
        byte[] whole = new byte[head.length + body.length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(body, 0, whole, head.length, body.length);
        answered = false;
        socket.getOutputStream().write(whole);
    }

    /** Waits for the head of the answer; interim answers are passed over. */
    public UpstreamResponse readHead() throws IOException {
        while (true) {
            String[] status = line().split(" ", 3);
            answered = true;
            if (status.length < 2
                    || !status[0].startsWith("HTTP/1.")
                    || !status[1].matches("\\d{3}")) {
                throw new ProtocolException("The engine does not speak HTTP/1.1.");
            }
            Map<String, String> headers = headers();
            int code = Integer.parseInt(status[1]);
            if (code >= 200) {
                frame(status[0], code, headers);
                return new UpstreamResponse(code, headers);
            }
        }
    }

    /**
     * Body bytes, as many as there are.
     *
     * @return -1 at the proper end of the body
     * @throws EOFException when the connection ended before the body did
     */
    public int read(byte[] into) throws IOException {
        return switch (framing) {
            case ENDED -> -1;
            case LENGTH -> readSome(into);
            case CHUNKED -> readChunked(into);
            case UNTIL_CLOSE -> readUntilClose(into);
        };
    }

    /**
     * Did an earlier exchange use this connection? Then it may have been closed by the engine
     * meanwhile.
     */
    public boolean isUsed() {
        return used;
    }

    /** Has any byte of the current answer arrived? */
    public boolean isAnswered() {
        return answered;
    }

    /**
     * Reads what little follows the last event, so that the connection can be kept; gives up soon.
     */
    public void finish() {
        try {
            socket.setSoTimeout(FINISH_MILLIS);
            if (read(new byte[256]) < 0) {
                socket.setSoTimeout(0);
                return;
            }
        } catch (IOException e) {
            keepAlive = false;
        }
        close();
    }

    boolean isReusable() {
        return framing == Framing.ENDED && keepAlive && start == end && !socket.isClosed();
    }

    void idle() {
        used = true;
        idleSinceNanos = System.nanoTime();
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            keepAlive = false; // nothing else can be done with it
        }
    }

    private void frame(String version, int code, Map<String, String> headers) throws IOException {
        String connection = headers.get("connection");
        keepAlive = version.equals("HTTP/1.1") && !"close".equalsIgnoreCase(connection);
        String length = headers.get("content-length");
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            framing = Framing.CHUNKED;
            left = 0;
            firstChunk = true;
        } else if (code == 204 || code == 304) {
            framing = Framing.ENDED;
        } else if (length == null) {
            framing = Framing.UNTIL_CLOSE;
            keepAlive = false;
        } else if (length.matches("\\d{1,18}")) {
            left = Long.parseLong(length);
            framing = left == 0 ? Framing.ENDED : Framing.LENGTH;
        } else {
            throw new ProtocolException("The engine gave a content length that is no number.");
        }
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon <= 0 || headers.size() > MAX_HEADERS) {
                throw new ProtocolException("The engine sent a malformed header.");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return headers;
    }

    private int readSome(byte[] into) throws IOException {
        int got = take(into, (int) Math.min(left, into.length));
        left -= got;
        if (left == 0) {
            framing = Framing.ENDED;
        }
        return got;
    }

    private int readUntilClose(byte[] into) throws IOException {
        if (start == end && !fill()) {
            framing = Framing.ENDED;
            return -1;
        }
        return take(into, into.length);
    }

    // Several small chunks that have already arrived are given together: fewer writes towards the
    // client. But what
    // is there is never held back for what may come.
    private int readChunked(byte[] into) throws IOException {
        int got = 0;
        while (got < into.length) {
            if (got > 0 && (start == end || (left == 0 && !isNextChunkBuffered()))) {
                return got;
            }
            if (left == 0 && !nextChunk()) {
                return -1;
            }
            int taken = takeAt(into, got, (int) Math.min(left, into.length - got));
            left -= taken;
            got += taken;
        }
        return got;
    }

    // The end of this chunk, the size line of another and a byte of it; the last chunk is left for
    // the next read.
    private boolean isNextChunkBuffered() {
        int lines = 0;
        for (int i = start; i < end - 1; i++) {
            if (buffer[i] == '\n' && ++lines == 1 && buffer[i + 1] == '0') {
                return false;
            }
            if (lines == 2) {
                return true;
            }
        }
        return false;
    }

    private boolean nextChunk() throws IOException {
        if (!firstChunk && !isLineEmpty()) {
            throw new ProtocolException("The engine sent a malformed chunk.");
        }
        firstChunk = false;
        left = chunkSize();
        if (left > 0) {
            return true;
        }
        while (!line().isEmpty()) {
            // Trailers carry nothing that is forwarded.
        }
        framing = Framing.ENDED;
        return false;
    }

    private boolean isLineEmpty() throws IOException {
        byte next = next();
        return (next == '\r' ? next() : next) == '\n';
    }

    // The hexadecimal number that begins the line; extensions after it mean nothing here. Read in
    // place: this is done for every token.
    private long chunkSize() throws IOException {
        long size = 0;
        int digits = 0;
        byte next = next();
        for (int digit = Character.digit(next, 16); digit >= 0; digit = Character.digit(next, 16)) {
            size = size << 4 | digit;
            if (++digits > MAX_SIZE_DIGITS) {
                throw new ProtocolException("The engine sent an over-long chunk.");
            }
            next = next();
        }
        if (digits == 0 || (next != '\r' && next != '\n' && next != ';' && next != ' ')) {
            throw new ProtocolException("The engine sent a chunk without size.");
        }
        for (int passed = 0; next != '\n'; passed++) {
            if (passed > MAX_LINE) {
                throw new ProtocolException("The engine sent an over-long line.");
            }
            next = next();
        }
        return size;
    }

    private byte next() throws IOException {
        if (start == end && !fill()) {
            throw new EOFException("The engine closed the connection within its answer.");
        }
        return buffer[start++];
    }

    private int take(byte[] into, int most) throws IOException {
        return takeAt(into, 0, most);
    }

    private int takeAt(byte[] into, int at, int most) throws IOException {
        if (start == end && !fill()) {
            throw new EOFException("The engine closed the connection within its answer.");
        }
        int got = Math.min(most, end - start);
        System.arraycopy(buffer, start, into, at, got);
        start += got;
        return got;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(48);
        while (true) {
            if (start == end && !fill()) {
                throw new EOFException("The engine closed the connection.");
            }
            byte next = buffer[start++];
            if (next == '\n') {
                int length = line.length();
                boolean carriage = length > 0 && line.charAt(length - 1) == '\r';
                return carriage ? line.substring(0, length - 1) : line.toString();
            }
            line.append((char) (next & 0xff));
            if (line.length() > MAX_LINE) {
                throw new ProtocolException("The engine sent an over-long line.");
            }
        }
    }

    private boolean fill() throws IOException {
        start = 0;
        end = 0;
        int read = in.read(buffer);
        if (read < 0) {
            return false;
        }
        end = read;
        return true;
    }
}
