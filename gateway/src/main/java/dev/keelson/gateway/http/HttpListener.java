package dev.keelson.gateway.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
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

    private final ServerSocket server;
    private final Consumer<HttpExchange> handler;
    private final HttpTimeouts timeouts;
    private final int maxBodyBytes;
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();

    private HttpListener(
            ServerSocket server,
            Consumer<HttpExchange> handler,
            HttpTimeouts timeouts,
            int maxBodyBytes) {
        this.server = server;
        this.handler = handler;
        this.timeouts = timeouts;
        this.maxBodyBytes = maxBodyBytes;
    }

    /** Binds; connections wait in the backlog until {@link #run}. */
    public static HttpListener bind(
            InetSocketAddress address,
            Consumer<HttpExchange> handler,
            HttpTimeouts timeouts,
            int maxBodyBytes)
            throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(address, BACKLOG);
        return new HttpListener(server, handler, timeouts, maxBodyBytes);
    }

    public int port() {
        return server.getLocalPort();
    }

    @Override
    public void run() {
        while (!server.isClosed()) {
            try {
                accept(server.accept());
            } catch (SocketException e) {
                LOG.debug("listener: {}", e.toString());
            } catch (IOException e) {
                LOG.warn("A connection could not be accepted: {}", e.toString());
            }
        }
    }

    private void accept(Socket socket) throws IOException {
        if (connections.size() >= MAX_CONNECTIONS) {
            socket.close();
            return;
        }
        HttpConnection connection = new HttpConnection(socket, handler, maxBodyBytes);
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
