package dev.keelson.gateway;

import dev.keelson.serving.openai.Choice;
import dev.keelson.serving.openai.OpenAiError;
import dev.keelson.serving.openai.OpenAiResponses;
import dev.keelson.serving.openai.ServerSentEvents;
import dev.keelson.serving.openai.Usage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An engine on a real socket that answers as a test tells it. */
final class CannedEngine implements AutoCloseable {
    static final OpenAiResponses.Header HEADER = new OpenAiResponses.Header("cmpl-1", 1, "tiny");

    /** Answers one request; what it throws ends the connection. */
    interface Script {
        void answer(Call call) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    final AtomicInteger requests = new AtomicInteger();
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger disconnects = new AtomicInteger();
    volatile Script script;

    CannedEngine(Script script) throws IOException {
        this.script = script;
        server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** As kill -9 does: the port and every connection go at once. */
    void die() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        die();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            while (true) {
                String head = readHead(in);
                if (head == null) {
                    return;
                }
                String length = head.replaceAll("(?s).*Content-Length: (\\d+).*", "$1");
                String body =
                        new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
                requests.incrementAndGet();
                running.incrementAndGet();
                try {
                    script.answer(new Call(this, socket, socket.getOutputStream(), head, body));
                } finally {
                    running.decrementAndGet();
                }
            }
        } catch (IOException e) {
            disconnects.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    private static @Nullable String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** One request being answered. */
    record Call(CannedEngine engine, Socket socket, OutputStream out, String head, String body) {
        void startStream() throws IOException {
            startStream("");
        }

        /**
         * @param headers ready lines
         */
        void startStream(String headers) throws IOException {
            text(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
                            + headers
                            + "\r\n");
        }

        void event(byte[] json) throws IOException {
            chunk(ServerSentEvents.event(json));
        }

        void token(String text) throws IOException {
            event(
                    OpenAiResponses.completionChunk(
                            HEADER, List.of(new Choice(0, text, null)), null));
        }

        void finish() throws IOException {
            event(
                    OpenAiResponses.completionChunk(
                            HEADER, List.of(new Choice(0, "", "length")), null));
        }

        void done() throws IOException {
            chunk(ServerSentEvents.done());
            text("0\r\n\r\n");
        }

        /** A whole stream of so many tokens. */
        void stream(int tokens) throws IOException {
            startStream();
            for (int i = 0; i < tokens; i++) {
                token("t" + i + " ");
            }
            finish();
            done();
        }

        /** The same in one packet: no moment lies between its first token and its end. */
        void streamAtOnce(int tokens) throws IOException {
            var whole = new ByteArrayOutputStream();
            new Call(engine, socket, whole, head, body).stream(tokens);
            out.write(whole.toByteArray());
        }

        void whole() throws IOException {
            json(
                    200,
                    OpenAiResponses.completion(
                            HEADER, List.of(new Choice(0, "all", "length")), new Usage(3, 4)));
        }

        void error(int status, String type) throws IOException {
            json(status, new OpenAiError(status, "canned", type, null, null).toJson());
        }

        /** Answers nothing until the other side leaves. */
        void hang() throws IOException {
            while (socket.getInputStream().read() >= 0) {
                // nothing more is expected
            }
            throw new IOException("left");
        }

        void json(int status, byte[] body) throws IOException {
            text(
                    "HTTP/1.1 "
                            + status
                            + " X\r\nContent-Type: application/json\r\nContent-Length: "
                            + body.length
                            + "\r\n\r\n");
            out.write(body);
        }

        private void chunk(byte[] bytes) throws IOException {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            whole.writeBytes(
                    (Integer.toHexString(bytes.length) + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            whole.writeBytes(bytes);
            whole.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(whole.toByteArray());
        }

        private void text(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
