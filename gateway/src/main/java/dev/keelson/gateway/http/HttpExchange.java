package dev.keelson.gateway.http;

import dev.keelson.gateway.loop.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request and the way to answer it. The methods that write are for the handler's thread alone,
 * or for the loop's between {@link #lend} and {@link #giveBack}; {@link #isClientGone} and the
 * callback of {@link #whenClientGone} may be used from any.
 */
public final class HttpExchange {
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final HttpRequest request;
    private final HttpConnection connection;
    private final Object leaving = new Object();
    private @Nullable Runnable whenGone; // guarded by leaving
    private volatile boolean gone;
    private byte[] frame = new byte[1024];
    private boolean started;
    private boolean chunked;
    private boolean closes;
    private @Nullable Lent lent;

    /** The loop has it, and what the client has not taken yet. On the loop's thread. */
    private static final class Lent {
        final SelectionKey key;
        final Runnable whenTaken;
        ByteBuffer rest = ByteBuffer.allocate(0);

        Lent(SelectionKey key, Runnable whenTaken) {
            this.key = key;
            this.whenTaken = whenTaken;
        }
    }

    HttpExchange(HttpRequest request, HttpConnection connection) {
        this.request = request;
        this.connection = connection;
        this.closes = !request.keepsAlive();
    }

    public HttpRequest request() {
        return request;
    }

    /**
     * Runs the action once, at once if the client has already left, when the client closes its end.
     */
    public void whenClientGone(Runnable action) {
        synchronized (leaving) {
            whenGone = action;
            if (!gone) {
                return;
            }
        }
        action.run();
    }

    public boolean isClientGone() {
        return gone;
    }

    /** Has a status been sent? */
    public boolean isStarted() {
        return started;
    }

    /** Sends a whole answer. */
    public void respond(int status, String contentType, Map<String, String> headers, byte[] body)
            throws IOException {
        StringBuilder head =
                head(status, contentType, headers).append("Content-Length: ").append(body.length);
        byte[] start = end(head);
        boolean bodiless = request.method().equals("HEAD");
        byte[] whole = new byte[start.length + (bodiless ? 0 : body.length)];
        System.arraycopy(start, 0, whole, 0, start.length);
        System.arraycopy(body, 0, whole, start.length, whole.length - start.length);
        write(whole, whole.length);
    }

    /** Starts an answer of unknown length together with its first bytes, in one packet. */
    public void startStream(
            int status, String contentType, Map<String, String> headers, byte[] first, int length)
            throws IOException {
        chunked = request.http11();
        closes |= !chunked;
        StringBuilder head = head(status, contentType, headers);
        byte[] start =
                end(
                        chunked
                                ? head.append("Transfer-Encoding: chunked")
                                : head.append("Pragma: no-cache"));
        int framed = frame(start.length, first, length);
        System.arraycopy(start, 0, frame, 0, start.length);
        write(frame, framed);
    }

    /** Sends more of a started stream at once. */
    public void stream(byte[] bytes, int length) throws IOException {
        int framed = frame(0, bytes, length); // may replace the frame
        write(frame, framed);
    }

    /** Ends a stream. */
    public void endStream() throws IOException {
        if (chunked) {
            write(LAST_CHUNK, LAST_CHUNK.length);
        }
    }

    /** Answers could not be finished: the connection must not be used again. */
    public void abandon() {
        closes = true;
    }

    boolean closes() {
        return closes;
    }

    void clientGone() {
        Runnable action;
        synchronized (leaving) {
            if (gone) {
                return;
            }
            gone = true;
            action = whenGone;
        }
        if (action != null) {
            action.run();
        }
    }

    private StringBuilder head(int status, String contentType, Map<String, String> headers) {
        started = true;
        StringBuilder head = new StringBuilder(256);
        head.append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(phrase(status))
                .append("\r\nContent-Type: ");
        head.append(contentType).append("\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (closes) {
            head.append("Connection: close\r\n");
        } else if (!request.http11()) {
            head.append("Connection: keep-alive\r\n");
        }
        return head;
    }

    private static byte[] end(StringBuilder head) {
        return head.append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    // Puts a chunk into the frame buffer from `at` on; returns the end.
    private int frame(int at, byte[] bytes, int length) {
        int need = at + length + 16;
        if (frame.length < need) {
            frame = new byte[need * 2];
        }
        int position = at;
        if (chunked) {
            int digits = (35 - Integer.numberOfLeadingZeros(length)) / 4;
            for (int i = digits - 1; i >= 0; i--) {
                frame[position++] = (byte) Character.forDigit(length >> (4 * i) & 15, 16);
            }
            frame[position++] = '\r';
            frame[position++] = '\n';
        }
        System.arraycopy(bytes, 0, frame, position, length);
        position += length;
        if (chunked) {
            frame[position++] = '\r';
            frame[position++] = '\n';
        }
        return position;
    }

    /** Where a stream's bytes can be moved. */
    public EventLoop loop() {
        return connection.loop();
    }

    /** The loop moves the bytes from now on; its thread must call {@link #take} next. */
    public void lend() {
        connection.lend();
    }

    /**
     * Writes do not wait from now on, on the loop's thread: what the client does not take is held.
     *
     * @param whenTaken is told each time that nothing is held any more, or the client has left
     */
    public void take(Runnable whenTaken) throws IOException {
        lent = new Lent(connection.take(), whenTaken);
    }

    /** Gives it back to the request's thread, together with the engine's connection. */
    public void giveBack(Runnable then, SocketChannel engine) {
        lent = null;
        connection.writing(false);
        connection.giveBack(then, engine);
    }

    /** Is there something that the client has not taken? Only while the loop has it. */
    public boolean isHolding() {
        return lent != null && lent.rest.hasRemaining();
    }

    /** The client can take more. */
    void writeRest(SelectionKey key) {
        Lent here = lent;
        if (here == null) {
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
            return;
        }
        try {
            connection.writeNow(here.rest);
            if (here.rest.hasRemaining()) {
                return;
            }
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
            connection.writing(false);
        } catch (IOException e) {
            closes = true;
            clientGone();
        }
        here.whenTaken.run();
    }

    private void write(byte[] bytes, int length) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(bytes, 0, length);
        try {
            if (lent == null) {
                connection.write(all);
                return;
            }
            connection.writeNow(all);
            if (all.hasRemaining()) {
                lent.rest = all;
                lent.key.interestOpsOr(SelectionKey.OP_WRITE);
                connection.writing(true);
            }
        } catch (IOException e) {
            closes = true;
            clientGone();
            throw e;
        }
    }

    private static String phrase(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 413 -> "Content Too Large";
            case 422 -> "Unprocessable Content";
            case 429 -> "Too Many Requests";
            case 500 -> "Internal Server Error";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Status";
        };
    }
}
