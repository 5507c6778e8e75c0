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
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code keelson bench gateway-peers}: our gateway beside others, all on core 0, two canned engines
 * and the clients on core 1. In rounds, one gateway after the other: 32 connections that ask as
 * fast as they are answered, 100 requests a second, 300 streams of 20 tokens a second. The first
 * round warms up and is not counted; what is printed are medians, the least and the most.
 */
public final class GatewayPeers {
    private static final int ROUNDS = 5;
    private static final int CONNECTIONS = 32;
    private static final int PER_SECOND = 100;
    private static final int STREAMS = 300;
    private static final int TOKENS = 200;
    private static final int INTERVAL_MICROS = 50_000;
    private static final Duration FLOOD = Duration.ofSeconds(5);
    private static final Duration PACED = Duration.ofSeconds(6);

    /** One gateway in one round. Times in ms, processor time in µs. */
    private record Figures(
            double perSecond,
            double busy,
            double cpuPerRequest,
            double cpuPerToken,
            double p50,
            double p99,
            long failed) {}

    private GatewayPeers() {}

    /**
     * Prints the table.
     *
     * @param command starts a gateway that serves given engines, without its arguments
     */
    public static void main(String[] command) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("keelson-gateway-peers");
        List<Peer> peers = new CopyOnWriteArrayList<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> peers.forEach(Peer::close), "end"));
        List<String> missing = new ArrayList<>();
        try (CannedEngine first = new CannedEngine();
                CannedEngine second = new CannedEngine()) {
            List<String> engines =
                    List.of(
                            "http://127.0.0.1:" + first.port(),
                            "http://127.0.0.1:" + second.port());
            peers.add(Peer.keelson(Arrays.asList(command), engines, folder));
            for (Peer.Kind kind : Peer.Kind.values()) {
                try {
                    peers.add(kind.start(engines, folder));
                } catch (IOException e) {
                    missing.add(
                            "| %s | missing: %s (%s) | | | | | | |"
                                    .formatted(kind.label(), e.getMessage(), kind.install()));
                }
            }
            print(rounds(peers, first.port()), missing);
        }
    }

    private static Map<String, List<Figures>> rounds(List<Peer> peers, int engine)
            throws IOException, InterruptedException {
        Map<String, List<Figures>> all = new LinkedHashMap<>();
        List<Peer> order = new ArrayList<>(peers);
        for (Peer peer : order) {
            measure(peer, peer.port());
        }
        for (int round = 1; round <= ROUNDS; round++) {
            keep(all, "direct", measure(null, engine));
            for (Peer peer : order) {
                keep(all, peer.name(), measure(peer, peer.port()));
            }
            Collections.reverse(order);
        }
        return all;
    }

    private static void keep(Map<String, List<Figures>> all, String name, Figures figures) {
        System.err.printf(Locale.ROOT, "%s %s%n", name, figures);
        all.computeIfAbsent(name, n -> new ArrayList<>()).add(figures);
    }

    private static Figures measure(@Nullable Peer peer, int port)
            throws IOException, InterruptedException {
        RequestLoad load = new RequestLoad(port);
        double start = cpu(peer);
        long from = System.nanoTime();
        RequestLoad.Count count = load.flood(CONNECTIONS, FLOOD);
        double seconds = (System.nanoTime() - from) / 1e9;
        double flooded = cpu(peer) - start;
        List<Long> times = load.paced(PER_SECOND, PACED).stream().sorted().toList();
        double before = cpu(peer);
        long tokens = streams(port);
        double streamed = cpu(peer) - before;
        long unanswered = times.stream().filter(nanos -> nanos == Long.MAX_VALUE).count();
        return new Figures(
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

    private static void print(Map<String, List<Figures>> all, List<String> missing) {
        double nginx =
                all.containsKey(Peer.Kind.NGINX.label())
                        ? median(all.get(Peer.Kind.NGINX.label()), Figures::perSecond)
                        : Double.NaN;
        List<Figures> direct = all.getOrDefault("direct", List.of());
        System.out.println(
                "| gateway | requests/s | ÷ nginx | core busy | CPU µs per request | CPU µs per token | added p50 / p99 at %d/s, ms | failed |%n|---|---|---|---|---|---|---|---|"
                        .formatted(PER_SECOND));
        all.forEach((name, rounds) ->
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %.0f | %.2f | %.2f | %s | %s | %.2f / %.2f | %d |%n",
                        name,
                        median(rounds, Figures::perSecond),
                        median(rounds, Figures::perSecond) / nginx,
                        median(rounds, Figures::busy),
                        spread(rounds, Figures::cpuPerRequest),
                        spread(rounds, Figures::cpuPerToken),
                        added(rounds, direct, Figures::p50),
                        added(rounds, direct, Figures::p99),
                        rounds.stream().mapToLong(Figures::failed).sum()));
        missing.forEach(System.out::println);
    }

    private static String spread(List<Figures> rounds, ToDoubleFunction<Figures> value) {
        return "%.1f (%.1f to %.1f)"
                .formatted(
                        median(rounds, value),
                        rounds.stream().mapToDouble(value).min().orElseThrow(),
                        rounds.stream().mapToDouble(value).max().orElseThrow());
    }

    // The median of the differences within each round.
    private static double added(
            List<Figures> rounds, List<Figures> direct, ToDoubleFunction<Figures> value) {
        double[] differences = new double[rounds.size()];
        for (int i = 0; i < differences.length; i++) {
            differences[i] =
                    value.applyAsDouble(rounds.get(i)) - value.applyAsDouble(direct.get(i));
        }
        Arrays.sort(differences);
        return differences[differences.length / 2];
    }

    private static double median(List<Figures> rounds, ToDoubleFunction<Figures> value) {
        double[] values = rounds.stream().mapToDouble(value).sorted().toArray();
        return values[values.length / 2];
    }
}
