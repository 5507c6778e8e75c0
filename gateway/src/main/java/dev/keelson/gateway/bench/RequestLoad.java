package dev.keelson.gateway.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Clients of answers that come whole: as many as go, or so many a second. Its methods block. */
final class RequestLoad {
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
    private static final String LAST_CHUNK = "\r\n0\r\n\r\n";
    private static final int CLIENTS = 10;

    private final InetSocketAddress address;
    private final byte[] request;

    /** Requests that were answered, and those that were not. */
    record Count(long done, long failed) {}

    RequestLoad(int port) {
        String body =
                "{\"model\":\"canned\",\"messages\":[{\"role\":\"user\",\"content\":\"hello there\"}]}";
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        request =
                "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\nAuthorization: Bearer sk-x\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(port, body.length(), body)
                        .getBytes(StandardCharsets.US_ASCII);
    }

    /** Each connection asks again as soon as it has its answer. */
    Count flood(int connections, Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        List<Client> clients = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                Client client = new Client();
                client.channel.configureBlocking(false);
                client.channel.register(selector, SelectionKey.OP_READ, client);
                client.ask();
                clients.add(client);
            }
            while (System.nanoTime() - end < 0 && !selector.keys().isEmpty()) {
                selector.select(key -> ((Client) key.attachment()).goOn(), 100);
            }
        } finally {
            for (Client client : clients) {
                client.channel.close();
            }
        }
        return new Count(
                clients.stream().mapToLong(client -> client.done).sum(),
                clients.stream().mapToLong(client -> client.failed).sum());
    }

    /**
     * Sends at an even pace.
     *
     * @return the times to the answers in nanoseconds; {@link Long#MAX_VALUE} where there was none
     */
    List<Long> paced(int perSecond, Duration time) throws InterruptedException {
        long interval = TimeUnit.SECONDS.toNanos(CLIENTS) / perSecond;
        long start = System.nanoTime();
        List<Long> all = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            long first = start + interval * i / CLIENTS;
            Thread thread =
                    Thread.ofPlatform()
                            .start(() -> {
                                List<Long> mine = pacedBy(first, interval, time);
                                synchronized (all) {
                                    all.addAll(mine);
                                }
                            });
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        synchronized (all) {
            return all;
        }
    }

    private List<Long> pacedBy(long first, long interval, Duration time) {
        List<Long> times = new ArrayList<>();
        try (SocketChannel channel = open()) {
            Client client = new Client(channel);
            for (long due = first; due - first < time.toNanos(); due += interval) {
                // An answer that came too late delays the next request: that counts.
                boolean late = System.nanoTime() - due > 0;
                while (System.nanoTime() - due < 0) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                long from = late ? due : System.nanoTime();
                client.ask();
                while (!client.read()) {
                    // There is more of it.
                }
                times.add(client.failed == 0 ? System.nanoTime() - from : Long.MAX_VALUE);
            }
        } catch (IOException e) {
            times.add(Long.MAX_VALUE);
        }
        return times;
    }

    private SocketChannel open() throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return channel;
    }

    /** One connection with one request under way. Its loop's alone. */
    private final class Client {
        private final SocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocateDirect(64 << 10);
        private final ByteBuffer out = ByteBuffer.allocateDirect(request.length).put(request);
        private long done;
        private long failed;

        Client() throws IOException {
            this(open());
        }

        Client(SocketChannel channel) {
            this.channel = channel;
        }

        void ask() throws IOException {
            in.clear();
            out.rewind();
            channel.write(out);
        }

        void goOn() {
            try {
                if (read()) {
                    ask();
                }
            } catch (IOException e) {
                failed++;
                try {
                    channel.close();
                } catch (IOException again) {
                    e.addSuppressed(again);
                }
            }
        }

        /** Takes what has come; true at the end of the answer. */
        boolean read() throws IOException {
            if (channel.read(in) < 0) {
                throw new EOFException("closed within an answer");
            }
            byte[] bytes = new byte[in.position()];
            in.get(0, bytes);
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            int head = text.indexOf("\r\n\r\n");
            if (head < 0) {
                return false;
            }
            Matcher length = LENGTH.matcher(text).region(0, head);
            boolean whole =
                    length.find()
                            ? text.length() >= head + 4 + Integer.parseInt(length.group(1))
                            : text.endsWith(LAST_CHUNK);
            if (whole && text.startsWith("HTTP/1.1 200")) {
                done++;
            } else if (whole) {
                failed++;
            }
            return whole;
        }
    }
}
