package dev.keelson.gateway.upstream;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Connections to one engine; idle ones are kept for the next request. Thread-safe. */
public final class UpstreamPool implements AutoCloseable {
    private static final int CONNECT_MILLIS = 1000;
    // Shorter than the time after which the servers of engines close an idle connection.
    private static final long KEEP_NANOS = Duration.ofSeconds(4).toNanos();

    private final InetSocketAddress address;
    private final String basePath;
    private final ConcurrentLinkedDeque<UpstreamConnection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    /**
     * @param url base address of the engine, such as {@code http://127.0.0.1:8000}
     */
    public UpstreamPool(String url) {
        URI uri = URI.create(url);
        String host = uri.getHost();
        if (host == null || !"http".equals(uri.getScheme())) {
            throw new IllegalArgumentException(
                    "The engine url (%s) must be http://HOST:PORT.".formatted(url));
        }
        this.address = new InetSocketAddress(host, uri.getPort() < 0 ? 80 : uri.getPort());
        String path = uri.getPath() == null ? "" : uri.getPath();
        this.basePath = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** What stands before the API's own paths. */
    public String basePath() {
        return basePath;
    }

    /** A kept connection if there is one, else a new one. */
    public UpstreamConnection take() throws IOException {
        long oldest = System.nanoTime() - KEEP_NANOS;
        for (UpstreamConnection kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
            if (kept.idleSinceNanos() - oldest > 0) {
                return kept;
            }
            kept.close();
        }
        return open();
    }

    /** A new connection: the kept ones may all have been closed. */
    public UpstreamConnection open() throws IOException {
        return UpstreamConnection.open(address, CONNECT_MILLIS);
    }

    /** Takes a connection back: kept if its exchange ended properly, else closed. */
    public void giveBack(UpstreamConnection connection) {
        if (closed || !connection.isReusable()) {
            connection.close();
            return;
        }
        connection.idle();
        idle.addFirst(connection);
    }

    /** Closes connections that were idle for too long. */
    public void tick() {
        long oldest = System.nanoTime() - KEEP_NANOS;
        for (UpstreamConnection last = idle.pollLast(); last != null; last = idle.pollLast()) {
            if (last.idleSinceNanos() - oldest > 0) {
                idle.addLast(last);
                return;
            }
            last.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (UpstreamConnection kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
            kept.close();
        }
    }
}
