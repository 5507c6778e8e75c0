package dev.keelson.gateway.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * An engine that computes nothing: streams as many tokens as are asked for, at an even pace, each
 * with the time at which it was sent. The prompt says how: {@code TOKENS:BYTES:INTERVAL_MICROS}.
 * Thread-safe.
 */
final class CannedEngine implements AutoCloseable {
    private static final int LONGEST_HEAD = 16_384;

    private final ServerSocket server = new ServerSocket();
    private final LongAccumulator mostSent = new LongAccumulator(Math::max, 0);

    CannedEngine() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        Thread.ofVirtual().name("canned").start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Most bytes that one stream of large tokens could be sent. */
    long mostSent() {
        return mostSent.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String head = head(in);
                if (head.isEmpty()) {
                    return;
                }
                stream(socket.getOutputStream(), body(in, head));
            }
        } catch (IOException e) {
            // The gateway closed it, as it does where a client leaves.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < LONGEST_HEAD) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
            if (next == '\n' && head.length() > 3 && head.charAt(head.length() - 3) == '\n') {
                return head.toString();
            }
        }
        throw new IOException("The head is too long.");
    }

    private static String body(InputStream in, String head) throws IOException {
        String length = head.replaceAll("(?is).*content-length: *(\\d+).*", "$1");
        return new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.US_ASCII);
    }

    private void stream(OutputStream out, String body) throws IOException, InterruptedException {
        String[] asked = body.replaceAll("(?s).*\"prompt\":\"([0-9:]+)\".*", "$1").split(":", -1);
        int tokens = Integer.parseInt(asked[0]);
        int bytes = Integer.parseInt(asked[1]);
        long interval = TimeUnit.MICROSECONDS.toNanos(Long.parseLong(asked[2]));
        String padding = "x".repeat(bytes);
        out.write(
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        long start = System.nanoTime();
        for (int i = 0; i < tokens; i++) {
            TimeUnit.NANOSECONDS.sleep(start + i * interval - System.nanoTime());
            String reason = i == tokens - 1 ? "\"length\"" : "null";
            chunk(
                    out,
                    "{\"id\":\"c\",\"object\":\"text_completion\",\"created\":1,\"model\":\"canned\",\"choices\":[{\"index\":0,\"text\":\""
                            + System.nanoTime()
                            + ":"
                            + padding
                            + "\",\"finish_reason\":"
                            + reason
                            + "}]}");
            if (bytes > 0) {
                mostSent.accumulate((i + 1L) * bytes);
            }
        }
        chunk(out, "[DONE]");
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static void chunk(OutputStream out, String data) throws IOException {
        out.write(
                (Integer.toHexString(data.length() + 8) + "\r\ndata: " + data + "\n\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
