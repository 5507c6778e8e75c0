package dev.keelson.gateway.http;

import dev.keelson.gateway.loop.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections. {@link #run} belongs to one thread; {@link #tick} is stepped about once a
 * second. Connections over the bound are closed at once, the cheapest refusal there is.
 */
public final class HttpListener implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);
    private static final int BACKLOG = 1024;
    private static final int MAX_CONNECTIONS = 4096;

    private final ServerSocketChannel server;
    private final EventLoop loop;
    private final Consumer<HttpExchange> handler;
    private final HttpTimeouts timeouts;
    private final int maxBodyBytes;
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();

    private HttpListener(
            ServerSocketChannel server,
            EventLoop loop,
            Consumer<HttpExchange> handler,
            HttpTimeouts timeouts,
            int maxBodyBytes) {
        this.server = server;
        this.loop = loop;
        this.handler = handler;
        this.timeouts = timeouts;
        this.maxBodyBytes = maxBodyBytes;
    }

    /**
     * Binds; connections wait in the backlog until {@link #run}.
     *
     * @param loop sees clients leave, and moves streams
     */
    public static HttpListener bind(
            InetSocketAddress address,
            EventLoop loop,
            Consumer<HttpExchange> handler,
            HttpTimeouts timeouts,
            int maxBodyBytes)
            throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        server.bind(address, BACKLOG);
        HttpListener listener = new HttpListener(server, loop, handler, timeouts, maxBodyBytes);
        loop.everyTick(listener::watch);
        return listener;
    }

    public int port() {
        return server.socket().getLocalPort();
    }

    @Override
    public void run() {
        while (server.isOpen()) {
            try {
                accept(server.accept());
            } catch (ClosedChannelException e) {
                LOG.debug("listener: {}", e.toString());
            } catch (IOException e) {
                LOG.warn("A connection could not be accepted: {}", e.toString());
            }
        }
    }

    private void accept(SocketChannel channel) throws IOException {
        if (connections.size() >= MAX_CONNECTIONS) {
            channel.close();
            return;
        }
        HttpConnection connection = new HttpConnection(channel, loop, handler, maxBodyBytes);
        connections.add(connection);
        Thread.ofVirtual()
                .name("connection")
                .start(() -> {
                    try {
                        connection.run();
                    } finally {
                        connections.remove(connection);
                    }
                });
    }

    private void watch() {
        long now = System.nanoTime();
        connections.forEach(connection -> connection.watch(now));
    }

    /** Ends connections that stand still. */
    public void tick() {
        long now = System.nanoTime();
        connections.forEach(connection -> connection.sweep(now, timeouts));
    }

    /** Connections open now. */
    public int open() {
        return connections.size();
    }

    /** Requests being served now. */
    public int serving() {
        return (int) connections.stream().filter(HttpConnection::isServing).count();
    }

    /** Accepts nothing more; requests in flight go on, idle connections end. */
    public void stopAccepting() throws IOException {
        server.close();
        connections.forEach(HttpConnection::stop);
    }

    /** Cuts what is left. */
    public void close() throws IOException {
        server.close();
        connections.forEach(HttpConnection::close);
    }
}
