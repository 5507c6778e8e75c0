package dev.keelson.gateway.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An engine that computes nothing, so that what stands before it can be measured. A chat completion
 * is answered with 1,024 bytes at once; a stream has as many tokens as the prompt says, at an even
 * pace, each with the time at which it was sent: {@code TOKENS:BYTES:INTERVAL_MICROS}. Thread-safe.
 */
final class CannedEngine implements AutoCloseable {
    private static final Pattern PROMPT = Pattern.compile("\"(\\d+):(\\d+):(\\d+)\"");
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%s\r\n\r\n";
    // What a client does not take waits here, and is tried again.
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int ANSWER_BYTES = 1024;

    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final Selector selector = Selector.open();
    private final DelayQueue<Stream> streams = new DelayQueue<>();
    private final LongAccumulator mostSent = new LongAccumulator(Math::max, 0);
    private final ByteBuffer in = ByteBuffer.allocateDirect(64 << 10);
    private final byte[] answer = json(answerText());
    private final byte[] models =
            json("{\"object\":\"list\",\"data\":[{\"id\":\"canned\",\"object\":\"model\"}]}");
    private final Thread pace = Thread.ofPlatform().name("pace").daemon().unstarted(this::pace);

    CannedEngine() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        Thread.ofPlatform().name("canned").daemon().start(this::serve);
        pace.start();
    }

    int port() {
        return server.socket().getLocalPort();
    }

    /** Most bytes that one stream of large tokens could be sent. */
    long mostSent() {
        return mostSent.get();
    }

    private static String answerText() {
        String start =
                "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"canned\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"";
        String end =
                "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":8,\"total_tokens\":16}}";
        return start + "x".repeat(ANSWER_BYTES - start.length() - end.length()) + end;
    }

    private static byte[] json(String body) {
        return (HEAD.formatted("application/json", "Content-Length: " + body.length()) + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void serve() {
        try {
            while (server.isOpen()) {
                selector.select(this::ready);
            }
        } catch (ClosedSelectorException e) {
            return; // closed
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                SocketChannel client = server.accept();
                client.configureBlocking(false);
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                client.register(selector, SelectionKey.OP_READ, "");
            } else {
                read(key, (SocketChannel) key.channel());
            }
        } catch (IOException e) {
            close(key.channel()); // the gateway closed it, as it does where a client leaves
        }
    }

    private void read(SelectionKey key, SocketChannel client) throws IOException {
        in.clear();
        if (client.read(in) < 0) {
            client.close();
            return;
        }
        byte[] bytes = new byte[in.flip().remaining()];
        in.get(bytes);
        String text = key.attachment() + new String(bytes, StandardCharsets.ISO_8859_1);
        int head = text.indexOf("\r\n\r\n");
        while (head >= 0 && text.length() >= head + 4 + length(text)) {
            int end = head + 4 + length(text);
            answer(client, text.substring(0, end));
            text = text.substring(end);
            head = text.indexOf("\r\n\r\n");
        }
        key.attach(text);
    }

    private static int length(String request) {
        Matcher length = LENGTH.matcher(request);
        return request.startsWith("POST") && length.find() ? Integer.parseInt(length.group(1)) : 0;
    }

    private void answer(SocketChannel client, String request) throws IOException {
        if (request.contains("\"stream\":true")) {
            Matcher asked = PROMPT.matcher(request);
            if (asked.find()) {
                streams.add(new Stream(client, asked));
            }
        } else {
            client.write(ByteBuffer.wrap(request.startsWith("POST") ? answer : models));
        }
    }

    private void pace() {
        try {
            while (server.isOpen()) {
                Stream next = streams.take();
                if (next.step()) {
                    streams.add(next);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(AutoCloseable channel) {
        try {
            channel.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        selector.close();
        pace.interrupt();
    }

    /** One stream under way. Its pace's alone. */
    private final class Stream implements Delayed {
        private final SocketChannel client;
        private final int tokens;
        private final String padding;
        private final long interval;
        private final long start = System.nanoTime();
        private ByteBuffer unsent =
                ByteBuffer.wrap(
                        HEAD.formatted("text/event-stream", "Transfer-Encoding: chunked")
                                .getBytes(StandardCharsets.US_ASCII));
        private int sent;
        private long due = start;

        Stream(SocketChannel client, Matcher asked) {
            this.client = client;
            tokens = Integer.parseInt(asked.group(1));
            padding = "x".repeat(Integer.parseInt(asked.group(2)));
            interval = TimeUnit.MICROSECONDS.toNanos(Long.parseLong(asked.group(3)));
        }

        /** Sends what is due; false when nothing is left, or nobody takes it. */
        boolean step() {
            try {
                if (!unsent.hasRemaining()) {
                    unsent = ByteBuffer.wrap(next().getBytes(StandardCharsets.US_ASCII));
                }
                client.write(unsent);
            } catch (IOException e) {
                return false; // the client left
            }
            due = unsent.hasRemaining() ? System.nanoTime() + RETRY_NANOS : start + sent * interval;
            return unsent.hasRemaining() || sent < tokens;
        }

        private String next() {
            String reason = ++sent == tokens ? "\"length\"" : "null";
            if (!padding.isEmpty()) {
                mostSent.accumulate((long) sent * padding.length());
            }
            String token =
                    chunk(
                            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"canned\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
                                    + System.nanoTime()
                                    + ":"
                                    + padding
                                    + "\"},\"finish_reason\":"
                                    + reason
                                    + "}]}");
            return sent < tokens ? token : token + chunk("[DONE]") + "0\r\n\r\n";
        }

        private static String chunk(String data) {
            return Integer.toHexString(data.length() + 8) + "\r\ndata: " + data + "\n\n\r\n";
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(due - ((Stream) other).due, 0);
        }
    }
}
