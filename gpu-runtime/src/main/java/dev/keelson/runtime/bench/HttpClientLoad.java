package dev.keelson.runtime.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Streams completions from a server on this host and counts their tokens. */
final class HttpClientLoad {
    private final int port;

    HttpClientLoad(int port) {
        this.port = port;
    }

    /**
     * Runs requests on so many connections at once.
     *
     * @return tokens per second
     */
    double tokensPerSecond(int concurrent, int requests, int tokens, long seed)
            throws InterruptedException, ExecutionException {
        var random = new Random(seed);
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            bodies.add(body(BenchEngine.prompt(random, 16, RandomModel.VOCABULARY), tokens));
        }
        long started = System.nanoTime();
        long received = 0;
        try (var threads = Executors.newFixedThreadPool(concurrent)) {
            List<Future<Integer>> answers = new ArrayList<>();
            bodies.forEach(body -> answers.add(threads.submit(() -> tokens(body))));
            for (Future<Integer> answer : answers) {
                received += answer.get();
            }
        }
        if (received != (long) requests * tokens) {
            throw new IllegalStateException(
                    received + " tokens came, not " + requests * (long) tokens);
        }
        return received * 1e9 / (System.nanoTime() - started);
    }

    private static String body(int[] prompt, int tokens) {
        return "{\"model\":\"random\",\"prompt\":%s,\"max_tokens\":%d,\"temperature\":0,\"ignore_eos\":true,\"stream\":true,\"return_token_ids\":true}"
                .formatted(java.util.Arrays.toString(prompt), tokens);
    }

    /** Events with a token: each has one, since ids are asked for. */
    private int tokens(String body) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String head =
                    "POST /v1/completions HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nContent-Length: "
                            + body.length()
                            + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
            return count(new BufferedInputStream(socket.getInputStream(), 1 << 14));
        }
    }

    private static int count(InputStream in) throws IOException {
        byte[] sign = "\"token_ids\":[".getBytes(StandardCharsets.US_ASCII);
        int matched = 0;
        int found = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            matched = b == sign[matched] ? matched + 1 : b == sign[0] ? 1 : 0;
            if (matched == sign.length) {
                found++;
                matched = 0;
            }
        }
        return found;
    }
}
