package dev.keelson.gateway.http;

import dev.keelson.serving.openai.OpenAiError;
import java.io.IOException;
import java.net.Socket;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection. Its thread reads; each request is handled by a thread of its own while
 * this one goes on reading, which is how it sees at once that a client left: a half-closed
 * connection counts as that.
 */
final class HttpConnection implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
    private static final long DISCARD_BYTES = 128L << 20;

    private enum Phase {
        IDLE,
        READING,
        SERVING,
        DISCARDING
    }

    private final Socket socket;
    private final Consumer<HttpExchange> handler;
    private final int maxBodyBytes;
    private volatile Phase phase = Phase.IDLE;
    private volatile long sinceNanos = System.nanoTime();
    private volatile long writingSinceNanos;
    private volatile boolean stopping;

    HttpConnection(Socket socket, Consumer<HttpExchange> handler, int maxBodyBytes) {
        this.socket = socket;
        this.handler = handler;
        this.maxBodyBytes = maxBodyBytes;
    }

    @Override
    public void run() {
        try (socket) {
            socket.setTcpNoDelay(true);
            RequestReader reader =
                    new RequestReader(
                            socket.getInputStream(), socket.getOutputStream(), maxBodyBytes);
            boolean open = true;
            while (open && !stopping) {
                enter(Phase.IDLE);
                open = serveNext(reader);
            }
        } catch (HttpProblem e) {
            LOG.debug("refused a connection: {}", e.getMessage());
        } catch (IOException e) {
            LOG.debug("connection ended: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean serveNext(RequestReader reader) throws IOException, InterruptedException {
        HttpRequest request;
        try {
            request = reader.next(() -> enter(Phase.READING));
        } catch (HttpProblem e) {
            refuse(e, reader);
            return false;
        }
        if (request == null) {
            return false;
        }
        enter(Phase.SERVING);
        HttpExchange exchange = new HttpExchange(request, socket.getOutputStream(), this);
        Thread.ofVirtual().name("request").start(() -> handle(exchange));
        if (request.tooLarge()) {
            exchange.awaitFinished();
            discard(reader);
            return false;
        }
        return watch(exchange, reader);
    }

    private void handle(HttpExchange exchange) {
        try {
            handler.accept(exchange);
        } catch (RuntimeException e) {
            LOG.error("failed to handle {}", exchange.request(), e);
            exchange.abandon();
        } finally {
            enter(Phase.IDLE);
            exchange.finished();
            if ((exchange.closes() || stopping) && !exchange.request().tooLarge()) {
                close(); // wakes the reader
            }
        }
    }

    // The client sends nothing while it waits; what arrives is its end, or the next request.
    private boolean watch(HttpExchange exchange, RequestReader reader)
            throws IOException, InterruptedException {
        try {
            if (!reader.hasBytes() && !reader.fill()) {
                exchange.clientGone();
                return false;
            }
        } catch (IOException e) {
            exchange.clientGone();
            throw e;
        } finally {
            exchange.awaitFinished();
        }
        return !exchange.closes();
    }

    private void refuse(HttpProblem problem, RequestReader reader) throws IOException {
        HttpRequest unread =
                new HttpRequest("GET", "", true, Map.of("connection", "close"), new byte[0], false);
        OpenAiError error =
                new OpenAiError(
                        problem.status(),
                        String.valueOf(problem.getMessage()),
                        "invalid_request_error",
                        null,
                        null);
        new HttpExchange(unread, socket.getOutputStream(), this)
                .respond(problem.status(), "application/json", Map.of(), error.toJson());
        discard(reader);
    }

    // Closing while the client still sends would reset the connection and lose it the answer.
    private void discard(RequestReader reader) throws IOException {
        enter(Phase.DISCARDING);
        socket.shutdownOutput();
        reader.discard(DISCARD_BYTES);
    }

    /** Ends what has stood still too long. Called by the listener's tick. */
    void sweep(long nowNanos, HttpTimeouts timeouts) {
        long limit =
                switch (phase) {
                    case IDLE -> timeouts.idle().toNanos();
                    case READING -> timeouts.reading().toNanos();
                    case DISCARDING -> timeouts.discarding().toNanos();
                    case SERVING -> Long.MAX_VALUE;
                };
        long writing = writingSinceNanos;
        if (nowNanos - sinceNanos > limit
                || (writing != 0 && nowNanos - writing > timeouts.writing().toNanos())) {
            close();
        }
    }

    /** Takes no further request; an idle connection ends at once. */
    void stop() {
        stopping = true;
        if (phase == Phase.IDLE) {
            close();
        }
    }

    void writing(boolean now) {
        writingSinceNanos = now ? System.nanoTime() | 1 : 0;
    }

    boolean isServing() {
        return phase == Phase.SERVING;
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("close: {}", e.toString());
        }
    }

    private void enter(Phase next) {
        sinceNanos = System.nanoTime();
        phase = next;
    }
}
