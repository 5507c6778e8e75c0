package dev.keelson.launcher.metadata;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/**
 * The paths of AWS's instance metadata service that tell of a spot interruption, under one base
 * path per node: {@code /NODE/latest/meta-data/spot/instance-action} and its kin, with the session
 * tokens of version 2. Thread-safe.
 */
final class MetadataServer implements AutoCloseable {
    private static final String TOKEN_HEADER = "X-aws-ec2-metadata-token";
    private static final String TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds";
    private static final int MOST_TOKENS = 10_000;

    private final HttpServer server;
    private final NoticeFolder notices;
    private final Set<String> tokens = ConcurrentHashMap.newKeySet();

    private MetadataServer(HttpServer server, NoticeFolder notices) {
        this.server = server;
        this.notices = notices;
    }

    /** Listens at once. */
    static MetadataServer start(String host, int port, NoticeFolder notices) throws IOException {
        var http = HttpServer.create(new InetSocketAddress(host, port), 0);
        var server = new MetadataServer(http, notices);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/", server::handle);
        http.start();
        return server;
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /** A status and a body. */
    private record Answer(int status, String body) {
        static final Answer NOT_FOUND = new Answer(404, "");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer = answer(exchange);
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        if (method.equals("GET") && path.equals("/healthz")) {
            return new Answer(200, "ok\n");
        }
        if (method.equals("GET") && path.equals("/metrics")) {
            return new Answer(200, "");
        }
        List<String> parts = List.of(path.substring(1).split("/", 2));
        if (parts.size() != 2) {
            return Answer.NOT_FOUND;
        }
        if (method.equals("PUT") && parts.getLast().equals("latest/api/token")) {
            return token(exchange.getRequestHeaders().getFirst(TTL_HEADER));
        }
        if (!method.equals("GET")) {
            return new Answer(405, "");
        }
        String given = exchange.getRequestHeaders().getFirst(TOKEN_HEADER);
        if (given != null && !tokens.contains(given)) {
            return new Answer(401, "");
        }
        return read(parts.getFirst(), parts.getLast());
    }

    private Answer token(String ttlSeconds) {
        if (ttlSeconds == null || !ttlSeconds.matches("[0-9]{1,5}")) {
            return new Answer(400, "");
        }
        if (tokens.size() >= MOST_TOKENS) {
            tokens.clear();
        }
        var bytes = new byte[16];
        RandomGenerator.getDefault().nextBytes(bytes);
        String token = HexFormat.of().formatHex(bytes);
        tokens.add(token);
        return new Answer(200, token);
    }

    private Answer read(String node, String path) {
        Optional<String> notice = notices.notice(node);
        return switch (path) {
            case "latest/meta-data/instance-life-cycle" -> new Answer(200, "spot");
            case "latest/meta-data/instance-id" -> new Answer(200, node);
            case "latest/meta-data/spot/instance-action" ->
                    notice.map(text -> new Answer(200, text)).orElse(Answer.NOT_FOUND);
            case "latest/meta-data/spot/termination-time" ->
                    notice.map(text -> new Answer(200, time(text))).orElse(Answer.NOT_FOUND);
            default -> Answer.NOT_FOUND;
        };
    }

    /** The time of {@code {"action": "terminate", "time": "..."}}. */
    private static String time(String notice) {
        return notice.replaceAll("(?s).*\"time\"\\s*:\\s*\"([^\"]*)\".*", "$1");
    }
}
