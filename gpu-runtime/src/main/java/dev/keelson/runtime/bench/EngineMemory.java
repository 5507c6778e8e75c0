package dev.keelson.runtime.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What another JVM with the serial collector holds, after a full collection.
 *
 * @param liveHeapKib of the objects in its heap. What {@code GC.heap_info} calls used is more: the
 *     serial collector leaves dead objects where moving the living would cost more, up to a share
 *     of the heap, and fills their place
 * @param nativeKib resident outside its heap: libraries, threads, compiled code, the model
 * @param classes bytes of its live objects by class
 */
record EngineMemory(long liveHeapKib, long nativeKib, SortedMap<String, Long> classes) {
    /** {@code DefNew total 4928K, used 77K [0xf8000000, 0xf8550000, 0xfa8a0000)}. */
    private static final Pattern GENERATION =
            Pattern.compile(
                    "(?:DefNew|def new generation|Tenured|tenured generation)\\s+total \\d+K, used \\d+K"
                            + " \\[0x([0-9a-f]+), 0x[0-9a-f]+, 0x([0-9a-f]+)\\)");

    /** {@code 1: 28678 3487928 [B (java.base@25)}. */
    private static final Pattern CLASS =
            Pattern.compile("^ *\\d+: +\\d+ +(\\d+) +(\\S+).*$", Pattern.MULTILINE);

    /** What fills the place of dead objects. */
    private static final Set<String> FILLERS =
            Set.of("[Ljdk.internal.vm.FillerElement;", "jdk.internal.vm.FillerObject");

    private static final Pattern MAPPING = Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) .*");

    /**
     * Collects there and measures.
     *
     * @throws IOException if the process has ended or does not answer as expected
     */
    static EngineMemory after(Process jvm) throws IOException, InterruptedException {
        jcmd(jvm.pid(), "GC.run");
        Matcher generation = GENERATION.matcher(jcmd(jvm.pid(), "GC.heap_info"));
        long from = Long.MAX_VALUE;
        long to = 0;
        int generations = 0;
        for (; generation.find(); generations++) {
            from = Math.min(from, Long.parseUnsignedLong(generation.group(1), 16));
            to = Math.max(to, Long.parseUnsignedLong(generation.group(2), 16));
        }
        if (generations != 2) {
            throw new IOException("jcmd shows " + generations + " generations, not 2");
        }
        List<String> maps = Files.readAllLines(Path.of("/proc/" + jvm.pid() + "/smaps"));
        // It collects once more: what the first time only found to be dead is gone by now.
        SortedMap<String, Long> classes = classes(jcmd(jvm.pid(), "GC.class_histogram"));
        long live = classes.values().stream().mapToLong(Long::longValue).sum();
        return new EngineMemory(live / 1024, residentOutside(maps, from, to), classes);
    }

    /** Bytes by class of a histogram, without what fills the place of dead objects. */
    static SortedMap<String, Long> classes(String histogram) throws IOException {
        var classes = new TreeMap<String, Long>();
        CLASS.matcher(histogram)
                .results()
                .filter(line -> !FILLERS.contains(line.group(2)))
                .forEach(line ->
                        classes.merge(line.group(2), Long.parseLong(line.group(1)), Long::sum));
        if (classes.isEmpty()) {
            throw new IOException("the histogram of jcmd names no class");
        }
        return classes;
    }

    /** The classes whose objects changed most since an earlier moment, in words. */
    String changesSince(EngineMemory earlier, int most) {
        var all = new TreeSet<>(classes.keySet());
        all.addAll(earlier.classes.keySet());
        return all.stream()
                .map(name -> Map.entry(name, bytes(name) - earlier.bytes(name)))
                .sorted(Comparator.comparingLong(change -> -Math.abs(change.getValue())))
                .limit(most)
                .map(change -> "%s %+d".formatted(change.getKey(), change.getValue()))
                .collect(Collectors.joining(", "));
    }

    private long bytes(String name) {
        return classes.getOrDefault(name, 0L);
    }

    /** Sum of {@code Rss} of the mappings of smaps that begin outside a range, KiB. */
    static long residentOutside(List<String> smaps, long from, long to) {
        long sum = 0;
        boolean outside = false;
        for (String line : smaps) {
            Matcher mapping = MAPPING.matcher(line);
            if (mapping.matches()) {
                long begin = Long.parseUnsignedLong(mapping.group(1), 16);
                outside =
                        Long.compareUnsigned(begin, from) < 0
                                || Long.compareUnsigned(begin, to) >= 0;
            } else if (outside && line.startsWith("Rss:")) {
                sum += Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return sum;
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                System.getProperty("java.home") + "/bin/jcmd",
                                Long.toString(pid),
                                command)
                        .redirectErrorStream(true)
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("jcmd " + command + ": " + out.strip());
        }
        return out;
    }
}
