package dev.keelson.runtime.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks an engine on this host and judges how it answers. Thread-safe. */
final class SoakClient {
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private volatile HttpClient http = HttpClient.newHttpClient();
    private final SoakTally tally;
    private final int port;

    SoakClient(int port, SoakTally tally) {
        this.port = port;
        this.tally = tally;
    }

    /** Sends a request that is to be answered to its end; its stream must be complete. */
    void expectAnswer(String path, String body) throws IOException, InterruptedException {
        judgeAnswer(http.send(post(path, body), HttpResponse.BodyHandlers.ofString()));
    }

    /**
     * Sends a request that is wrong and must be told so by this status and a body with this sign.
     */
    void expectRefusal(String path, String body, int status, String sign)
            throws IOException, InterruptedException {
        var answer = http.send(post(path, body), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == status && answer.body().contains(sign)) {
            tally.refused();
        } else {
            tally.unexpected(
                    answer.statusCode(),
                    "instead of %d %s: %s".formatted(status, sign, text(answer)));
        }
    }

    /** Sends a request and closes the socket after so many events of its answer, 0 for at once. */
    void leave(String path, String body, int events, boolean reset) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) LONGEST.toMillis());
            socket.setSoLinger(reset, 0); // a reset instead of an orderly end
            byte[] content = body.getBytes(StandardCharsets.UTF_8);
            String head =
                    "POST %s HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                            .formatted(path, content.length);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(content);
            socket.getOutputStream().flush();
            skipEvents(socket.getInputStream(), events);
        }
        tally.left();
    }

    /** Closes the idle connections; nobody may be asking. */
    void disconnect() {
        http.close();
        http = HttpClient.newHttpClient();
    }

    /** The page of metrics. */
    String metrics() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri("/metrics")).timeout(LONGEST).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private static void skipEvents(InputStream in, int events) throws IOException {
        int found = 0;
        int previous = -1;
        while (found < events) {
            int b = in.read();
            if (b < 0) {
                return; // a short answer
            }
            if (b == '\n' && previous == '\n') {
                found++;
            }
            previous = b;
        }
    }

    private void judgeAnswer(HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            tally.unexpected(answer.statusCode(), text(answer));
        } else if (isComplete(answer)) {
            tally.answered();
        } else {
            tally.broken("an answer without its end: " + text(answer));
        }
    }

    private static boolean isComplete(HttpResponse<String> answer) {
        boolean stream =
                answer.headers()
                        .firstValue("Content-Type")
                        .orElse("")
                        .startsWith("text/event-stream");
        String body = answer.body();
        boolean ended =
                body.contains("\"finish_reason\":\"stop\"")
                        || body.contains("\"finish_reason\":\"length\"");
        return stream
                ? ended && body.endsWith("data: [DONE]\n\n")
                : ended || body.startsWith("Success");
    }

    private static String text(HttpResponse<String> answer) {
        String body = answer.body().replaceAll("\\s+", " ");
        return body.substring(0, Math.min(200, body.length()));
    }

    private HttpRequest post(String path, String body) {
        return HttpRequest.newBuilder(uri(path))
                .timeout(LONGEST)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
