package dev.keelson.gateway.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * {@code keelson bench gateway-peers}: our gateway beside others, all on core 0, two canned engines
 * and the clients on core 1. In rounds, one gateway after the other: 32 connections that ask as
 * fast as they are answered, 100 requests a second, 300 streams of 20 tokens a second. A longer
 * round before warms up and is not counted; what is printed are medians, the least and the most.
 * The last row tells the bars. Ends with 1 where one is not met, or cannot be told because a
 * gateway is missing.
 */
public final class GatewayPeers {
    private static final int CONNECTIONS = 32;
    private static final int PER_SECOND = 100;
    private static final int STREAMS = 300;
    private static final int TOKENS = 200;
    private static final int INTERVAL_MICROS = 50_000;
    // A JVM has compiled what it needs after some 50,000 requests.
    private static final Duration WARM_UP = Duration.ofSeconds(15);
    private static final Duration FLOOD = Duration.ofSeconds(5);
    private static final Duration PACED = Duration.ofSeconds(6);

    private GatewayPeers() {}

    /**
     * Prints the table.
     *
     * @param arguments how many rounds count, then what starts a gateway that serves given engines,
     *     without its arguments
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = Integer.parseInt(arguments[0]);
        List<String> command = Arrays.asList(arguments).subList(1, arguments.length);
        System.exit(run(rounds, command) ? 0 : 1);
    }

    private static boolean run(int rounds, List<String> command)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("keelson-gateway-peers");
        List<Peer> peers = new CopyOnWriteArrayList<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> peers.forEach(Peer::close), "end"));
        Map<String, String> missing = new LinkedHashMap<>();
        try (CannedEngine first = new CannedEngine();
                CannedEngine second = new CannedEngine()) {
            List<String> engines =
                    List.of(
                            "http://127.0.0.1:" + first.port(),
                            "http://127.0.0.1:" + second.port());
            peers.add(Peer.keelson(command, engines, folder));
            for (Peer.Kind kind : Peer.Kind.values()) {
                try {
                    peers.add(kind.start(engines, folder));
                } catch (IOException e) {
                    missing.put(kind.label(), e.getMessage() + " (" + kind.install() + ")");
                }
            }
            Map<String, List<PeerFigures>> all = rounds(rounds, peers, first.port(), missing);
            PeerTable table = new PeerTable(all, missing, PER_SECOND);
            System.out.print(table.text());
            return table.isMet();
        }
    }

    private static Map<String, List<PeerFigures>> rounds(
            int count, List<Peer> peers, int engine, Map<String, String> missing)
            throws IOException, InterruptedException {
        Map<String, List<PeerFigures>> all = new LinkedHashMap<>();
        List<Peer> order = new ArrayList<>(peers);
        for (int round = 0; round <= count; round++) {
            if (round > 0) {
                keep(all, PeerTable.DIRECT, measure(null, engine, FLOOD));
            }
            for (Peer peer : List.copyOf(order)) {
                try {
                    PeerFigures figures = measure(peer, peer.port(), round > 0 ? FLOOD : WARM_UP);
                    if (round > 0) {
                        keep(all, peer.name(), figures);
                    }
                } catch (IOException e) {
                    order.remove(peer);
                    all.remove(peer.name());
                    missing.put(peer.name(), "lost in round %d: %s".formatted(round, e));
                }
            }
            Collections.reverse(order);
        }
        return all;
    }

    private static void keep(Map<String, List<PeerFigures>> all, String name, PeerFigures figures) {
        System.err.printf(Locale.ROOT, "%s %s%n", name, figures);
        all.computeIfAbsent(name, n -> new ArrayList<>()).add(figures);
    }

    private static PeerFigures measure(@Nullable Peer peer, int port, Duration flood)
            throws IOException, InterruptedException {
        RequestLoad load = new RequestLoad(port);
        double start = cpu(peer);
        long from = System.nanoTime();
        RequestLoad.Count count = load.flood(CONNECTIONS, flood);
        double seconds = (System.nanoTime() - from) / 1e9;
        double flooded = cpu(peer) - start;
        List<Long> times = load.paced(PER_SECOND, PACED).stream().sorted().toList();
        double before = cpu(peer);
        // An engine alone has no cost to be measured.
        long tokens = peer == null ? STREAMS * TOKENS : streams(port);
        double streamed = cpu(peer) - before;
        long unanswered = times.stream().filter(nanos -> nanos == Long.MAX_VALUE).count();
        return new PeerFigures(
                count.done() / seconds,
                flooded / seconds,
                flooded * 1e6 / count.done(),
                streamed * 1e6 / tokens,
                times.get(times.size() / 2) / 1e6,
                times.get(times.size() * 99 / 100) / 1e6,
                count.failed() + unanswered + (long) STREAMS * TOKENS - tokens);
    }

    private static double cpu(@Nullable Peer peer) {
        return peer == null ? 0 : peer.cpuSeconds();
    }

    // Tokens that came.
    private static long streams(int port) throws InterruptedException {
        AtomicInteger tokens = new AtomicInteger();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            readers.add(Thread.ofVirtual().start(() -> read(port, tokens)));
            TimeUnit.MICROSECONDS.sleep(3333); // a second for all of them
        }
        for (Thread reader : readers) {
            reader.join();
        }
        return tokens.get();
    }

    private static void read(int port, AtomicInteger tokens) {
        try {
            new StreamReader(port, TOKENS, 0, INTERVAL_MICROS)
                    .read(nanos -> tokens.incrementAndGet());
        } catch (IOException e) {
            // Its tokens are missing.
        }
    }
}
