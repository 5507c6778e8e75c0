package dev.keelson.gateway.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** A client of one stream, ordinary or slow. Its methods block. */
final class StreamReader {
    private static final String TEXT = "\"content\":\"";
    private static final int SMALL_WINDOW = 4096;

    private final int port;
    private final String prompt;
    private final int tokens;

    /**
     * @param bytes of each token
     */
    StreamReader(int port, int tokens, int bytes, long intervalMicros) {
        this.port = port;
        this.tokens = tokens;
        this.prompt = tokens + ":" + bytes + ":" + intervalMicros;
    }

    /**
     * Reads as fast as it comes.
     *
     * @param nanosUnderWay gets the age of each token
     * @return was the stream complete?
     */
    boolean read(LongConsumer nanosUnderWay) throws IOException {
        try (Socket socket = open(0)) {
            BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            int seen = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data: [DONE]")) {
                    return seen == tokens;
                }
                int at = line.indexOf(TEXT);
                if (at > 0) {
                    long now = System.nanoTime();
                    int from = at + TEXT.length();
                    nanosUnderWay.accept(
                            now - Long.parseLong(line.substring(from, line.indexOf(':', from))));
                    seen++;
                }
            }
            return false;
        }
    }

    /**
     * Reads a thousand bytes a second until it is told to leave.
     *
     * @return was the stream open to the end?
     */
    boolean readSlowly(CountDownLatch end) throws IOException, InterruptedException {
        try (Socket socket = open(SMALL_WINDOW)) {
            InputStream in = socket.getInputStream();
            byte[] some = new byte[1000];
            do {
                if (in.read(some) < 0) {
                    return false;
                }
            } while (!end.await(1, TimeUnit.SECONDS));
            return true;
        }
    }

    private Socket open(int window) throws IOException {
        Socket socket = new Socket();
        if (window > 0) {
            socket.setReceiveBufferSize(window);
        }
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        String body =
                "{\"model\":\"canned\",\"stream\":true,\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                        .formatted(tokens, prompt);
        socket.getOutputStream()
                .write(
                        "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                                .formatted(body.length(), body)
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
