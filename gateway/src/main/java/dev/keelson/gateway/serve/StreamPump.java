package dev.keelson.gateway.serve;

import dev.keelson.gateway.http.HttpExchange;
import dev.keelson.gateway.loop.EventLoop;
import dev.keelson.gateway.upstream.UpstreamConnection;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves one stream from an engine to a client on the loop's thread. While the client has not taken
 * all that was sent to it, nothing more is read: what is under way waits in the engine. NOT
 * thread-safe: the loop's, but for {@link #run}.
 */
final class StreamPump {
    private static final Logger LOG = LoggerFactory.getLogger(StreamPump.class);

    /** How it ended. */
    enum End {
        DONE,
        /** The engine's connection ended before the stream did. */
        DIED,
        /** The engine did not end it as it should. */
        FAILED,
        CLIENT_LEFT
    }

    /** What is done with the bytes. */
    interface Stream {
        /** Bytes that came; null: more are expected. */
        @Nullable End pass(byte[] bytes, int length) throws ClientLeftException;

        /** The client has taken what was held for it; null: more are expected. */
        @Nullable End taken();
    }

    private final HttpExchange exchange;
    private final UpstreamConnection from;
    private final Stream stream;
    private final CompletableFuture<End> ended = new CompletableFuture<>();
    private final byte[] buffer = new byte[UpstreamConnection.BUFFER_BYTES];
    private @Nullable SelectionKey engine;
    private @Nullable End last; // waits until the client has taken all
    private boolean finished;

    StreamPump(HttpExchange exchange, UpstreamConnection from, Stream stream) {
        this.exchange = exchange;
        this.from = from;
        this.stream = stream;
    }

    /** Lends both connections to the loop, waits for the end, has them back. */
    End run() {
        exchange.lend();
        exchange.loop().execute(this::begin);
        return ended.join();
    }

    private void begin() {
        EventLoop loop = exchange.loop();
        try {
            exchange.take(this::taken);
        } catch (IOException e) {
            finish(End.CLIENT_LEFT);
            return;
        }
        from.whenClosed(() -> loop.execute(this::cut));
        try {
            engine = loop.take(from.channel(), SelectionKey.OP_READ, key -> pump());
        } catch (IOException e) {
            finish(End.DIED);
            return;
        }
        pump(); // some may have come with the head
    }

    private void pump() {
        if (finished || exchange.isHolding()) {
            return;
        }
        try {
            int read = from.readNow(buffer);
            if (read != 0) {
                goOn(read < 0 ? End.FAILED : stream.pass(buffer, read));
            }
        } catch (ClientLeftException e) {
            finish(End.CLIENT_LEFT);
        } catch (IOException e) {
            finish(End.DIED);
        } catch (RuntimeException e) {
            LOG.error("failed to pass a stream on", e);
            finish(End.FAILED);
        }
    }

    private void taken() {
        if (finished) {
            return;
        }
        if (exchange.isClientGone()) {
            finish(End.CLIENT_LEFT);
            return;
        }
        End end = stream.taken();
        goOn(last == null ? end : last);
    }

    private void goOn(@Nullable End end) {
        if (exchange.isHolding()) {
            last = end;
            expect(0);
        } else if (end != null) {
            finish(end);
        } else {
            expect(SelectionKey.OP_READ);
        }
    }

    private void expect(int operations) {
        SelectionKey key = engine;
        if (key != null && key.isValid() && key.interestOps() != operations) {
            key.interestOps(operations);
        }
    }

    // Another thread closed the engine's connection.
    private void cut() {
        if (finished) {
            return;
        }
        if (exchange.isHolding() && !exchange.isClientGone()) {
            last = last == null ? End.DIED : last;
        } else {
            finish(End.DIED);
        }
    }

    private void finish(End end) {
        finished = true;
        from.whenClosed(() -> {});
        exchange.giveBack(() -> ended.complete(end), from.channel());
    }
}
