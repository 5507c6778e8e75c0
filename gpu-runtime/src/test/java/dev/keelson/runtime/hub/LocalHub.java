package dev.keelson.runtime.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * Two servers that answer like a hub: one lists models and redirects, the other, its storage, sends
 * the bytes and honours ranges.
 */
final class LocalHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    final Map<String, byte[]> files = new TreeMap<>();

    /** Requests as {@code hub GET PATH range token}. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    /** Bytes after which the next answer with this file is cut off, once. */
    final Map<String, Integer> cuts = new ConcurrentHashMap<>();

    /** Files whose bytes are not those that were announced. */
    final List<String> forged = new CopyOnWriteArrayList<>();

    /** Answers to the next listings, before the right one. */
    final List<Integer> failures = new CopyOnWriteArrayList<>();

    private final HttpServer hub = serve(this::hub);
    private final HttpServer storage = serve(this::storage);

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private static HttpServer serve(Handler handler) {
        try {
            var server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext(
                    "/",
                    exchange -> {
                        try (exchange) {
                            handler.handle(exchange);
                        }
                    });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
    }

    private void note(String who, HttpExchange exchange) {
        requests.add(
                "%s %s %s %s"
                        .formatted(
                                who,
                                exchange.getRequestURI().getPath(),
                                exchange.getRequestHeaders().getFirst("Range"),
                                exchange.getRequestHeaders().getFirst("Authorization")));
    }

    private void hub(HttpExchange exchange) throws IOException {
        note("hub", exchange);
        String path = exchange.getRequestURI().getPath();
        if (path.equals("/api/models/team/tiny/revision/main")) {
            if (failures.isEmpty()) {
                send(exchange, 200, listing().getBytes(StandardCharsets.UTF_8));
            } else {
                exchange.sendResponseHeaders(failures.removeFirst(), -1);
            }
        } else if (path.startsWith("/team/tiny/resolve/" + COMMIT + "/")) {
            exchange.getResponseHeaders()
                    .set("Location", "http://127.0.0.1:" + storage.getAddress().getPort() + path);
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.sendResponseHeaders(404, -1);
        }
    }

    private String listing() {
        return files.entrySet().stream()
                .map(file -> entry(file.getKey(), file.getValue()))
                .collect(
                        Collectors.joining(
                                ",", "{\"sha\":\"" + COMMIT + "\",\"siblings\":[", "]}"));
    }

    private static String entry(String name, byte[] bytes) {
        var large = new HubFile(name, bytes.length, "0".repeat(64)).newDigest();
        var git = new HubFile(name, bytes.length, "0".repeat(40)).newDigest();
        String lfs =
                name.endsWith(".safetensors")
                        ? ",\"lfs\":{\"sha256\":\"%s\"}"
                                .formatted(HexFormat.of().formatHex(large.digest(bytes)))
                        : "";
        return "{\"rfilename\":\"%s\",\"size\":%d,\"blobId\":\"%s\"%s}"
                .formatted(name, bytes.length, HexFormat.of().formatHex(git.digest(bytes)), lfs);
    }

    private void storage(HttpExchange exchange) throws IOException {
        note("storage", exchange);
        String name = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
        byte[] bytes = Objects.requireNonNull(files.get(name)).clone();
        if (forged.contains(name)) {
            bytes[0]++;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        Integer cut = cuts.remove(name);
        exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
        exchange.getResponseBody()
                .write(bytes, from, (cut == null ? bytes.length : from + cut) - from);
        exchange.getResponseBody().flush();
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
    }
}
