package dev.keelson.gateway.upstream;

import dev.keelson.gateway.http.Digits;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One HTTP/1.1 connection to an engine. Gives body bytes as they arrive, with the transfer coding
 * taken off. NOT thread-safe, but for {@link #close}, which ends a read that waits.
 */
public final class UpstreamConnection implements AutoCloseable {
    /** Most that is received at once. */
    public static final int BUFFER_BYTES = 8192;

    private static final int MAX_LINE = 16 << 10;
    private static final int MAX_HEADERS = 100;
    private static final int FINISH_MILLIS = 200;

    private enum Framing {
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE,
        ENDED
    }

    private final SocketChannel channel;
    private final Socket socket; // the same, for a thread that waits
    private final InputStream in;
    private final String host;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int start;
    private int end;
    private Framing framing = Framing.ENDED;
    private long left;
    private ChunkDecoder chunks = new ChunkDecoder();
    private boolean keepAlive = true;
    private boolean used;
    private boolean answered;
    private long idleSinceNanos;
    private volatile Runnable whenClosed = () -> {};

    private UpstreamConnection(SocketChannel channel, String host) throws IOException {
        this.channel = channel;
        this.socket = channel.socket();
        this.in = socket.getInputStream();
        this.host = host;
    }

    static UpstreamConnection open(InetSocketAddress address, int connectMillis)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket().connect(address, connectMillis);
            return new UpstreamConnection(
                    channel, address.getHostString() + ":" + address.getPort());
        } catch (IOException e) {
            channel.close();
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
            if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !isStatus(status[1])) {
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
        int got = take(into);
        while (got == 0) {
            got = receive(in.read(buffer)) ? take(into) : -1;
        }
        return got;
    }

    /**
     * The same without waiting, while the loop has the connection.
     *
     * @param into has room for {@link #BUFFER_BYTES}: then nothing that has been received stays
     *     here
     * @return 0 when nothing has come
     */
    public int readNow(byte[] into) throws IOException {
        int got = take(into);
        if (got != 0) {
            return got;
        }
        int received = channel.read(ByteBuffer.wrap(buffer));
        if (received == 0) {
            return 0;
        }
        return receive(received) ? take(into) : -1;
    }

    // False: the body ended with the connection, as it may.
    private boolean receive(int received) throws EOFException {
        start = 0;
        end = Math.max(0, received);
        if (received >= 0) {
            return true;
        }
        if (framing != Framing.UNTIL_CLOSE) {
            throw new EOFException("The engine closed the connection within its answer.");
        }
        framing = Framing.ENDED;
        return false;
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
        return framing == Framing.ENDED && keepAlive && start == end && channel.isOpen();
    }

    void idle() {
        used = true;
        idleSinceNanos = System.nanoTime();
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** The connection itself, for the loop. */
    public SocketChannel channel() {
        return channel;
    }

    /** Is told when it is closed: the loop would not see it. */
    public void whenClosed(Runnable action) {
        whenClosed = action;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            keepAlive = false; // nothing else can be done with it
        }
        whenClosed.run();
    }

    private void frame(String version, int code, Map<String, String> headers) throws IOException {
        String connection = headers.get("connection");
        keepAlive = version.equals("HTTP/1.1") && !"close".equalsIgnoreCase(connection);
        String length = headers.get("content-length");
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            framing = Framing.CHUNKED;
            chunks = new ChunkDecoder();
        } else if (code == 204 || code == 304) {
            framing = Framing.ENDED;
        } else if (length == null) {
            framing = Framing.UNTIL_CLOSE;
            keepAlive = false;
        } else if (Digits.isLong(length)) {
            left = Long.parseLong(length);
            framing = left == 0 ? Framing.ENDED : Framing.LENGTH;
        } else {
            throw new ProtocolException("The engine gave a content length that is no number.");
        }
    }

    private static boolean isStatus(String code) {
        return code.length() == 3 && Digits.isLong(code);
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

    // What is in the buffer; 0: nothing that belongs to the body.
    private int take(byte[] into) throws ProtocolException {
        return switch (framing) {
            case ENDED -> -1;
            case LENGTH -> takeLength(into);
            case CHUNKED -> takeChunks(into);
            case UNTIL_CLOSE -> copy(into, 0, into.length);
        };
    }

    private int takeLength(byte[] into) {
        int got = copy(into, 0, (int) Math.min(left, into.length));
        left -= got;
        if (left == 0) {
            framing = Framing.ENDED;
        }
        return got;
    }

    // Several small chunks that have already arrived are given together: fewer writes towards the
    // client. But what is there is never held back for what may come.
    private int takeChunks(byte[] into) throws ProtocolException {
        int got = 0;
        while (got < into.length) {
            long data = chunks.data();
            if (data > 0) {
                int some = copy(into, got, (int) Math.min(data, into.length - got));
                chunks.taken(some);
                got += some;
                if (some == 0) {
                    return got;
                }
            } else if (chunks.isEnded()) {
                framing = Framing.ENDED;
                return got == 0 ? -1 : got;
            } else if (start == end) {
                return got;
            } else {
                chunks.next(buffer[start++]);
            }
        }
        return got;
    }

    private int copy(byte[] into, int at, int most) {
        int got = Math.min(most, end - start);
        System.arraycopy(buffer, start, into, at, got);
        start += got;
        return got;
    }

    private String line() throws IOException {
        if (start == end && !fill()) {
            throw new EOFException("The engine closed the connection.");
        }
        for (int i = start; i < end; i++) {
            if (buffer[i] == '\n') {
                int length = i - start - (i > start && buffer[i - 1] == '\r' ? 1 : 0);
                String line = new String(buffer, start, length, StandardCharsets.ISO_8859_1);
                start = i + 1;
                return line;
            }
        }
        return lineInParts();
    }

    private String lineInParts() throws IOException {
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
