package dev.keelson.scenarios;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a fleet takes of the machine, and what it does when the machine is taken by others. */
public final class Machine {
    private static final double TICKS_PER_SECOND = 100;

    private Machine() {}

    /** Proportional set size in MiB by process name, and mean cores over {@code window}. */
    public static Map<String, Double> footprint(Fleet fleet, Duration window) {
        var names = new TreeMap<Long, String>();
        for (var process : fleet.json("status").path("processes")) {
            var pid = process.path("pid").asLong(0);
            if (pid > 0 && Fleet.isAlive(pid)) {
                names.put(pid, process.path("name").asText());
            }
        }
        var values = new LinkedHashMap<String, Double>();
        var total = 0.0;
        for (var entry : names.entrySet()) {
            var mebibytes = pssKib(entry.getKey()) / 1024.0;
            values.merge("pssMiB." + entry.getValue(), mebibytes, Double::sum);
            total += mebibytes;
        }
        values.put("pssGiB", total / 1024);
        var ticks = names.keySet().stream().mapToLong(Machine::cpuTicks).sum();
        Fleet.pause(window);
        var later = names.keySet().stream().mapToLong(Machine::cpuTicks).sum();
        values.put("cores", (later - ticks) / TICKS_PER_SECOND / window.toSeconds());
        return values;
    }

    /** Takes every core twice for a while; nothing may be called lost. */
    public static Figures saturated(Fleet fleet, Duration duration) {
        fleet.steady(Duration.ofMinutes(3));
        var engines = fleet.pids("engine");
        var begin = java.time.Instant.now();
        List<Process> hogs = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                hogs.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
            }
            Fleet.pause(duration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            hogs.forEach(Process::destroyForcibly);
        }
        var losses = Incidents.since(fleet, begin, Incidents.LOSS).size();
        var now = fleet.pids("engine");
        var replaced = engines.stream().filter(pid -> !now.contains(pid)).count();
        var none = new Load.Result(0, 0, 0, 0, Double.NaN, Double.NaN, Double.NaN, Map.of());
        return new Figures(
                none, Map.of("falseLosses", (double) losses, "enginesReplaced", (double) replaced));
    }

    /** Ticks of all cores since boot: busy, and busy or idle. */
    record Cpu(long busy, long all) {
        /** Share of all cores that was busy between two readings, 0 to 1. */
        double useSince(Cpu before) {
            return (busy - before.busy) / (double) (all - before.all);
        }
    }

    static Cpu cpu() {
        try {
            var fields = Files.readAllLines(Path.of("/proc/stat")).getFirst().split("\\s+", -1);
            var all = 0L;
            for (int i = 1; i <= 8; i++) {
                all += Long.parseLong(fields[i]);
            }
            return new Cpu(all - Long.parseLong(fields[4]) - Long.parseLong(fields[5]), all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long pssKib(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup")).stream()
                    .filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }

    private static long cpuTicks(long pid) {
        try {
            var stat =
                    Files.readString(
                            Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException e) {
            return 0;
        }
    }
}
