package dev.keelson.gateway.http;

import dev.keelson.gateway.loop.EventLoop;
import dev.keelson.serving.openai.OpenAiError;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection. Its thread reads requests and handles them. A request that takes long is
 * watched by the loop, which sees at once that the client left: a half-closed connection counts as
 * that. The bytes of a stream are moved by the loop too.
 */
final class HttpConnection implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
    private static final long DISCARD_BYTES = 128L << 20;
    // Most answers that come whole are there sooner: to watch for their clients would cost more
    // than they do.
    private static final long UNWATCHED_NANOS = Duration.ofMillis(100).toNanos();

    private enum Phase {
        IDLE,
        READING,
        SERVING,
        DISCARDING
    }

    /** Who reads and writes. */
    private enum Mover {
        THREAD,
        NOBODY,
        LOOP
    }

    private final SocketChannel channel;
    private final EventLoop loop;
    private final Consumer<HttpExchange> handler;
    private final RequestReader reader;
    private final AtomicReference<Mover> mover = new AtomicReference<>(Mover.THREAD);
    private volatile @Nullable HttpExchange serving;
    private volatile Phase phase = Phase.IDLE;
    private volatile long sinceNanos = System.nanoTime();
    private volatile long writingSinceNanos;
    private volatile boolean stopping;

    HttpConnection(
            SocketChannel channel,
            EventLoop loop,
            Consumer<HttpExchange> handler,
            int maxBodyBytes) {
        this.channel = channel;
        this.loop = loop;
        this.handler = handler;
        this.reader = new RequestReader(channel, channel, maxBodyBytes);
    }

    @Override
    public void run() {
        try (channel) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean open = true;
            while (open && !stopping) {
                enter(Phase.IDLE);
                open = serveNext();
            }
        } catch (HttpProblem e) {
            LOG.debug("refused a connection: {}", e.getMessage());
        } catch (IOException e) {
            LOG.debug("connection ended: {}", e.toString());
        }
    }

    private boolean serveNext() throws IOException {
        HttpRequest request;
        try {
            request = reader.next(() -> enter(Phase.READING));
        } catch (HttpProblem e) {
            refuse(e);
            return false;
        }
        if (request == null) {
            return false;
        }
        HttpExchange exchange = new HttpExchange(request, this);
        handle(exchange);
        if (request.tooLarge()) {
            discard();
            return false;
        }
        return !exchange.closes() && !exchange.isClientGone();
    }

    private void handle(HttpExchange exchange) {
        serving = exchange;
        enter(Phase.SERVING);
        mover.set(Mover.NOBODY);
        try {
            handler.accept(exchange);
        } catch (RuntimeException e) {
            LOG.error("failed to handle {}", exchange.request(), e);
            exchange.abandon();
        } finally {
            claim();
            serving = null;
            enter(Phase.IDLE);
        }
    }

    private void refuse(HttpProblem problem) throws IOException {
        HttpRequest unread =
                new HttpRequest("GET", "", true, Map.of("connection", "close"), new byte[0], false);
        OpenAiError error =
                new OpenAiError(
                        problem.status(),
                        String.valueOf(problem.getMessage()),
                        "invalid_request_error",
                        null,
                        null);
        new HttpExchange(unread, this)
                .respond(problem.status(), "application/json", Map.of(), error.toJson());
        discard();
    }

    // Closing while the client still sends would reset the connection and lose it the answer.
    private void discard() throws IOException {
        enter(Phase.DISCARDING);
        channel.shutdownOutput();
        reader.discard(DISCARD_BYTES);
    }

    /** Watches whether the client leaves, where its request takes long. On the loop's thread. */
    void watch(long nowNanos) {
        if (phase == Phase.SERVING
                && nowNanos - sinceNanos > UNWATCHED_NANOS
                && mover.compareAndSet(Mover.NOBODY, Mover.LOOP)) {
            try {
                take();
            } catch (IOException e) {
                LOG.debug("watch: {}", e.toString());
                close();
            }
        }
    }

    /** Lets the loop read and write from now on; by the request's thread. */
    void lend() {
        claim();
        mover.set(Mover.LOOP);
    }

    /** Begins to read and write what was lent. On the loop's thread. */
    SelectionKey take() throws IOException {
        return loop.take(channel, reader.hasBytes() ? 0 : SelectionKey.OP_READ, this::ready);
    }

    /** The opposite of {@link #lend}, together with another connection. On the loop's thread. */
    void giveBack(Runnable then, SocketChannel other) {
        loop.giveBack(
                () -> {
                    mover.set(Mover.NOBODY);
                    then.run();
                },
                channel,
                other);
    }

    EventLoop loop() {
        return loop;
    }

    // The client sends nothing while it waits; what arrives is its end, or the next request.
    private void ready(SelectionKey key) {
        HttpExchange exchange = serving;
        if (exchange == null) {
            return;
        }
        try {
            if (key.isReadable()) {
                boolean open = reader.fill();
                if (!open || reader.hasBytes()) {
                    key.interestOpsAnd(~SelectionKey.OP_READ);
                }
                if (!open) {
                    exchange.clientGone();
                }
            }
            if (key.isValid() && key.isWritable()) {
                exchange.writeRest(key);
            }
        } catch (IOException e) {
            LOG.debug("client: {}", e.toString());
            close();
        }
    }

    /** Its own thread is to read and write: what the loop has, it gives back. */
    private void claim() {
        if (mover.compareAndSet(Mover.NOBODY, Mover.THREAD) || mover.get() == Mover.THREAD) {
            return;
        }
        CompletableFuture<Void> back = new CompletableFuture<>();
        loop.execute(() -> loop.giveBack(() -> back.complete(null), channel));
        back.join();
        mover.set(Mover.THREAD);
    }

    /** Writes all of it, however long that takes. By the request's thread. */
    void write(ByteBuffer bytes) throws IOException {
        claim();
        writing(true);
        try {
            int end = bytes.limit();
            while (bytes.position() < end) {
                bytes.limit(Math.min(end, bytes.position() + RequestReader.MOST_AT_ONCE));
                channel.write(bytes);
            }
        } finally {
            writing(false);
            mover.compareAndSet(Mover.THREAD, Mover.NOBODY);
        }
    }

    /** Writes as much as the client takes now. On the loop's thread. */
    void writeNow(ByteBuffer bytes) throws IOException {
        channel.write(bytes);
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
            channel.close();
        } catch (IOException e) {
            LOG.debug("close: {}", e.toString());
        }
        HttpExchange exchange = serving;
        if (exchange != null) {
            exchange.clientGone();
        }
    }

    private void enter(Phase next) {
        sinceNanos = System.nanoTime();
        phase = next;
    }
}
