package dev.keelson.gateway.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code keelson bench slow-readers}: 300 streams of 20 tokens a second, one reader in ten so slow
 * that what is under way to it must wait somewhere. What do the others notice, and what does the
 * gateway hold? The same streams straight from the engine are measured first; what the gateway adds
 * is the difference of equal quantiles.
 */
public final class SlowReaders {
    private static final int STREAMS = 300;
    private static final int SLOW_ONE_IN = 10;
    private static final int TOKENS = 600;
    private static final int LARGE_TOKEN_BYTES = 20_000;
    private static final int INTERVAL_MICROS = 50_000;
    // The first seconds are connections, and code that is not compiled yet.
    private static final long SKIPPED_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final double BYTES_PER_MIB = 1 << 20;

    /**
     * Times under way, sorted, in nanoseconds; streams that did not end well; of the gateway the
     * most memory, and the heap while only the slow readers were left.
     */
    private record Seen(
            List<Long> nanos, int broken, int slowOpen, double peakMib, double heapMib) {
        Seen {
            nanos = List.copyOf(nanos);
        }

        double millis(double share) {
            return nanos.isEmpty()
                    ? Double.NaN
                    : nanos.get((int) (share * (nanos.size() - 1))) / 1e6;
        }
    }

    private SlowReaders() {}

    /**
     * Prints the rows.
     *
     * @param command starts a gateway that serves given engines, without its arguments
     */
    public static void main(String[] command) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("keelson-slow-readers");
        try (CannedEngine engine = new CannedEngine()) {
            Seen direct = run(engine.port(), null);
            List<String> line = new ArrayList<>(Arrays.asList(command));
            line.addAll(
                    List.of("0", data.toString(), "canned", "http://127.0.0.1:" + engine.port()));
            Process gateway =
                    new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try (CannedEngine behind = engine) {
                through(gateway, behind, direct);
            } finally {
                gateway.destroy();
                gateway.waitFor();
            }
        }
    }

    private static void through(Process gateway, CannedEngine engine, Seen direct)
            throws IOException, InterruptedException {
        var out = gateway.inputReader(StandardCharsets.UTF_8);
        String url = out.readLine();
        while (url != null && !url.startsWith("http://")) {
            url = out.readLine();
        }
        if (url == null) {
            throw new IOException("The gateway did not start.");
        }
        int port = Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
        Thread.ofVirtual().start(() -> out.lines().forEach(line -> {}));
        GatewayMemory memory = new GatewayMemory(gateway.pid(), port);
        double before = memory.residentMib();
        double heap = memory.heapMib();
        Seen seen = run(port, memory);
        System.out.println("| benchmark | figure | value |\n|---|---|---|");
        row("added time per token p50 / p99, ms", pair(seen, direct));
        row(
                "time per token straight from the engine p50 / p99, ms",
                "%.2f / %.2f".formatted(direct.millis(.5), direct.millis(.99)));
        row(
                "time per token through the gateway p50 / p99, ms",
                "%.2f / %.2f".formatted(seen.millis(.5), seen.millis(.99)));
        row("tokens measured / streams broken", seen.nanos.size() + " / " + seen.broken);
        row("slow streams open to the end", seen.slowOpen + " of " + STREAMS / SLOW_ONE_IN);
        row(
                "resident memory of the gateway before / most, MiB",
                "%.0f / %.0f".formatted(before, seen.peakMib));
        row(
                "heap of the gateway after a collection, before / with the slow streams alone, MiB",
                "%.1f / %.1f".formatted(heap, seen.heapMib));
        row(
                "of a slow stream's %.1f MiB the engine could send at most"
                        .formatted(TOKENS * LARGE_TOKEN_BYTES / BYTES_PER_MIB),
                "%.1f MiB".formatted(engine.mostSent() / BYTES_PER_MIB));
    }

    private static String pair(Seen seen, Seen direct) {
        return "%.2f / %.2f"
                .formatted(
                        seen.millis(.5) - direct.millis(.5), seen.millis(.99) - direct.millis(.99));
    }

    private static void row(String figure, String value) {
        System.out.printf(Locale.ROOT, "| slow-readers | %s | %s |%n", figure, value);
    }

    /**
     * @param memory that is watched; null: none
     */
    private static Seen run(int port, @Nullable GatewayMemory memory)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        CountDownLatch measured = new CountDownLatch(1);
        AtomicInteger broken = new AtomicInteger();
        AtomicInteger slowOpen = new AtomicInteger();
        List<Sample> samples = new ArrayList<>();
        List<Thread> readers = new ArrayList<>();
        List<Thread> slowReaders = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            boolean slow = i % SLOW_ONE_IN == 0;
            Sample sample = new Sample(start + SKIPPED_NANOS);
            samples.add(sample);
            (slow ? slowReaders : readers)
                    .add(
                            Thread.ofVirtual()
                                    .start(() -> {
                                        if (slow) {
                                            slowly(port, measured, slowOpen);
                                        } else {
                                            ordinarily(port, sample, broken);
                                        }
                                    }));
            TimeUnit.MICROSECONDS.sleep(3333); // a second for all of them
        }
        double peak = 0;
        for (Thread reader : readers) {
            while (!reader.join(Duration.ofMillis(200))) {
                peak = memory == null ? 0 : Math.max(peak, memory.residentMib());
            }
        }
        double heap = memory == null ? 0 : memory.heapMib();
        measured.countDown();
        for (Thread reader : slowReaders) {
            reader.join();
        }
        List<Long> all = samples.stream().flatMapToLong(Sample::values).sorted().boxed().toList();
        return new Seen(all, broken.get(), slowOpen.get(), peak, heap);
    }

    private static void slowly(int port, CountDownLatch end, AtomicInteger open) {
        try {
            if (new StreamReader(port, TOKENS, LARGE_TOKEN_BYTES, INTERVAL_MICROS)
                    .readSlowly(end)) {
                open.incrementAndGet();
            }
        } catch (IOException e) {
            // Not open: counted by not being counted.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void ordinarily(int port, Sample sample, AtomicInteger broken) {
        try {
            if (!new StreamReader(port, TOKENS, 0, INTERVAL_MICROS).read(sample::add)) {
                broken.incrementAndGet();
            }
        } catch (IOException e) {
            broken.incrementAndGet();
        }
    }

    /** The times of one stream, after the first seconds. Its reader's alone until it has ended. */
    private static final class Sample {
        private final long[] nanos = new long[TOKENS];
        private final long from;
        private int count;

        Sample(long from) {
            this.from = from;
        }

        void add(long underWay) {
            if (count < TOKENS && System.nanoTime() - from > 0) {
                nanos[count++] = underWay;
            }
        }

        LongStream values() {
            return Arrays.stream(nanos, 0, count);
        }
    }
}
