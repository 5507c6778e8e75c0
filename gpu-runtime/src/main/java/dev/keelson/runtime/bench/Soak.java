package dev.keelson.runtime.bench;

import dev.keelson.runtime.bench.SoakTally.Counts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code keelson bench soak}: mixed load on an engine in a process of its own, and after every
 * minute, with the load held back, what the engine still holds. Its cache and its adapter slots are
 * small, so that requests are preempted and adapters dropped and read again. What is bounded and
 * held on purpose is the same each time: the adapters that stay are asked for in order, and the
 * clients' idle connections are closed.
 */
public final class Soak {
    /** Code is compiled and the cache is filled until then. */
    private static final int FLAT_FROM_MINUTE = 5;

    private static final int CLASSES_SHOWN = 12;
    private static final double MOST_SPREAD = 0.05;
    private static final long SEED = 7;
    private static final long MOST_SECONDS_TO_IDLE = 120;
    private static final String NAME = "keelson-mini";
    private static final List<String> KNOBS =
            List.of("num_blocks=128", "max_model_len=1024", "max_loras=2", "max_cpu_loras=4");
    private static final Pattern SERVES = Pattern.compile("on http://127\\.0\\.0\\.1:(\\d+)");

    /** What was seen after a minute; blocks with nothing running and nothing waiting. */
    private record Minute(
            int number, Counts counts, EngineMemory memory, long free, long used, long total) {
        long leaked() {
            return total - free;
        }
    }

    private final Process engine;
    private final SoakClient client;
    private final SoakTally tally;
    private final SoakLoad load;

    private Soak(Process engine, int port, List<Path> folders) {
        this.engine = engine;
        tally = new SoakTally();
        client = new SoakClient(port, tally);
        List<String> models = new ArrayList<>(List.of(NAME));
        folders.forEach(folder -> models.add(String.valueOf(folder.getFileName())));
        load = new SoakLoad(client, tally, models, folders);
    }

    /**
     * Prints a row a minute and the verdict, which is the exit code too: 1 for a bar missed.
     *
     * @param arguments minutes, folder of the model, folder of its adapters, and the command that
     *     starts an engine, without its arguments
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int minutes = Integer.parseInt(arguments[0]);
        List<Path> folders;
        try (var found = Files.list(Path.of(arguments[2]))) {
            folders = found.filter(Files::isDirectory).sorted().toList();
        }
        List<String> command =
                new ArrayList<>(Arrays.asList(arguments).subList(3, arguments.length));
        command.addAll(List.of("--model", arguments[1], "--port", "0", "--served-model", NAME));
        KNOBS.forEach(knob -> command.addAll(List.of("--knob", knob)));
        folders.forEach(
                folder -> command.addAll(List.of("--lora", folder.getFileName() + "=" + folder)));
        Process engine =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        boolean held;
        try {
            held = new Soak(engine, port(engine), folders).run(minutes);
        } finally {
            engine.destroy();
            engine.waitFor();
        }
        System.exit(held ? 0 : 1);
    }

    private boolean run(int minutes) throws IOException, InterruptedException {
        List<Minute> rows = new ArrayList<>();
        System.out.println(
                "| minute | answered | left | typed 4xx | 429 | 5xx | wrong | live heap, KiB | native, KiB | free + used = total | leaked |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        load.start(SEED);
        Counts before = tally.counts();
        for (int number = 1; number <= minutes; number++) {
            if (engine.waitFor(1, TimeUnit.MINUTES)) {
                throw new IOException("the engine ended with code " + engine.exitValue());
            }
            load.quiet();
            try {
                rows.add(measure(number, before));
                before = tally.counts();
            } finally {
                load.resume();
            }
            print(rows.getLast());
        }
        load.stop();
        return verdict(rows, tally.counts());
    }

    private Minute measure(int number, Counts before) throws IOException, InterruptedException {
        idlePage();
        Counts counts = tally.counts().minus(before);
        load.settle();
        client.disconnect();
        String page = idlePage();
        return new Minute(
                number,
                counts,
                EngineMemory.after(engine),
                gauge(page, "keelson_engine_kv_blocks_free"),
                gauge(page, "keelson_engine_kv_blocks_used"),
                gauge(page, "keelson_engine_kv_blocks"));
    }

    /** The metrics once nothing runs and nothing waits: who left may still be answered. */
    private String idlePage() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS_TO_IDLE);
        while (System.nanoTime() - end < 0) {
            String page = client.metrics();
            if (gauge(page, "vllm:num_requests_running") == 0
                    && gauge(page, "vllm:num_requests_waiting") == 0) {
                return page;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new IOException("requests run " + MOST_SECONDS_TO_IDLE + " s after the last answer");
    }

    private static void print(Minute m) {
        Counts c = m.counts;
        System.out.printf(
                Locale.ROOT,
                "| %d | %d | %d | %d | %d | %d | %d | %d | %d | %d + %d = %d | %d |%n",
                m.number,
                c.answered(),
                c.left(),
                c.refused(),
                c.busy(),
                c.failures(),
                c.wrong(),
                m.memory.liveHeapKib(),
                m.memory.nativeKib(),
                m.free,
                m.used,
                m.total,
                m.leaked());
    }

    private boolean verdict(List<Minute> rows, Counts all) {
        long requests = all.answered() + all.left() + all.refused() + all.busy() + all.failures();
        System.out.printf("%d requests in %d minutes%n", requests + all.wrong(), rows.size());
        tally.notes().forEach(note -> System.out.println("unexpected: " + note));
        boolean held = judge("5xx", all.failures() == 0, all.failures() + "");
        held &= judge("wrong answers", all.wrong() == 0, all.wrong() + "");
        boolean exact = rows.stream().allMatch(row -> row.free + row.used == row.total);
        long leaked = rows.stream().mapToLong(Minute::leaked).max().orElse(0);
        held &= judge("blocks leaked", exact && leaked == 0, leaked + "");
        held &= flat("live heap", rows, row -> row.memory.liveHeapKib());
        explain(rows);
        held &= flat("native memory", rows, row -> row.memory.nativeKib());
        return held;
    }

    private static boolean flat(String what, List<Minute> rows, ToLongFunction<Minute> value) {
        long[] late =
                rows.stream()
                        .filter(row -> row.number >= FLAT_FROM_MINUTE)
                        .mapToLong(value)
                        .toArray();
        if (late.length < 2) {
            System.out.printf("%-14s not judged: under %d minutes%n", what, FLAT_FROM_MINUTE + 1);
            return true;
        }
        double first = late[0];
        double least = Arrays.stream(late).min().orElse(0);
        double most = Arrays.stream(late).max().orElse(0);
        double spread = Math.max(most - first, first - least) / first;
        return judge(
                what,
                spread <= MOST_SPREAD,
                String.format(
                        Locale.ROOT,
                        "%.0f KiB at minute %d, then %.0f to %.0f, at the end %d: %.1f %% off at most",
                        first,
                        FLAT_FROM_MINUTE,
                        least,
                        most,
                        late[late.length - 1],
                        100 * spread));
    }

    /** Says which objects made the difference where the live heap was farthest off. */
    private static void explain(List<Minute> rows) {
        List<Minute> late = rows.stream().filter(row -> row.number >= FLAT_FROM_MINUTE).toList();
        if (late.size() < 2) {
            return;
        }
        EngineMemory first = late.getFirst().memory;
        Minute farthest =
                late.stream()
                        .max(
                                Comparator.comparingLong(row ->
                                        Math.abs(row.memory.liveHeapKib() - first.liveHeapKib())))
                        .orElseThrow();
        System.out.printf(
                "minute %d against minute %d, bytes by class: %s%n",
                farthest.number,
                FLAT_FROM_MINUTE,
                farthest.memory.changesSince(first, CLASSES_SHOWN));
    }

    private static boolean judge(String what, boolean held, String figure) {
        System.out.printf("%-14s %s (%s)%n", what, held ? "held" : "MISSED", figure);
        return held;
    }

    private static long gauge(String page, String name) {
        Matcher found =
                Pattern.compile("^" + name + "\\{[^}]*} ([0-9.]+)$", Pattern.MULTILINE)
                        .matcher(page);
        if (!found.find()) {
            throw new IllegalStateException("the metrics have no " + name);
        }
        return (long) Double.parseDouble(found.group(1));
    }

    private static int port(Process engine) throws IOException {
        var out = engine.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher serves = SERVES.matcher(line);
            if (serves.find()) {
                Thread.ofVirtual().start(() -> drain(out));
                return Integer.parseInt(serves.group(1));
            }
        }
        throw new IOException("the engine ended before it served");
    }

    private static void drain(BufferedReader out) {
        try {
            while (out.readLine() != null) {
                // A full pipe would stop the engine.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
