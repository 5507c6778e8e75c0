package dev.keelson.agent.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the kernel's process file system. Immutable. */
public final class ProcFs {
    private final Path root;

    public ProcFs(Path root) {
        this.root = root;
    }

    /** The machine's own. */
    public static ProcFs system() {
        return new ProcFs(Path.of("/proc"));
    }

    /**
     * One process.
     *
     * @param state kernel state letter: R runs, S sleeps, T is stopped by a signal, Z is dead and
     *     not collected yet
     * @param group process group
     * @param startTicks start time in clock ticks since boot: with the pid it names a process for
     *     good
     */
    public record ProcessStat(long pid, char state, long group, long startTicks) {
        /** Has it ended, even where nobody collected its exit status? */
        public boolean isDead() {
            return state == 'Z' || state == 'X';
        }
    }

    /** Processor time of the machine in ticks since boot. */
    public record CpuTicks(long busy, long total) {}

    /** Bytes. */
    public record Memory(long used, long total) {}

    /** Empty where no such process exists. */
    public Optional<ProcessStat> stat(long pid) {
        try {
            String text = read(root.resolve(Long.toString(pid)).resolve("stat"));
            // The command name stands in brackets and may hold anything, so the fields are counted
            // from the last bracket.
            List<String> fields = words(text.substring(text.lastIndexOf(')') + 1));
            return Optional.of(
                    new ProcessStat(
                            pid,
                            fields.get(0).charAt(0),
                            Long.parseLong(fields.get(2)),
                            Long.parseLong(fields.get(19))));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException gone) {
            return Optional.empty();
        }
    }

    /**
     * Processes of this user whose environment holds the given entry, such as {@code NAME=value}.
     */
    public List<Long> processesWithEnvironment(String entry) {
        var found = new ArrayList<Long>();
        try (var entries =
                Files.newDirectoryStream(root, path -> isNumber(path.getFileName().toString()))) {
            for (Path process : entries) {
                if (("\0" + readQuietly(process.resolve("environ")))
                        .contains("\0" + entry + "\0")) {
                    found.add(Long.parseLong(process.getFileName().toString()));
                }
            }
        } catch (IOException unreadable) {
            return List.of();
        }
        return found;
    }

    /** Processes of a group, dead ones too. */
    public List<Long> group(long group) {
        var found = new ArrayList<Long>();
        try (var entries =
                Files.newDirectoryStream(root, path -> isNumber(path.getFileName().toString()))) {
            for (Path process : entries) {
                stat(Long.parseLong(process.getFileName().toString()))
                        .filter(stat -> stat.group() == group)
                        .ifPresent(stat -> found.add(stat.pid()));
            }
        } catch (IOException unreadable) {
            return List.of();
        }
        return found;
    }

    /** Empty where the machine does not tell. */
    public Optional<CpuTicks> cpu() {
        String text = readQuietly(root.resolve("stat"));
        int end = text.indexOf('\n');
        if (end < 0 || !text.startsWith("cpu ")) {
            return Optional.empty();
        }
        List<String> fields = words(text.substring(4, end));
        long total = 0;
        // Guest time (fields 9 and 10) is part of user time already.
        for (int i = 0; i < Math.min(8, fields.size()); i++) {
            total += Long.parseLong(fields.get(i));
        }
        long idle =
                fields.size() > 4
                        ? Long.parseLong(fields.get(3)) + Long.parseLong(fields.get(4))
                        : 0;
        return Optional.of(new CpuTicks(total - idle, total));
    }

    public Optional<Memory> memory() {
        String text = readQuietly(root.resolve("meminfo"));
        OptionalLong total = kilobytes(text, "MemTotal:");
        OptionalLong available = kilobytes(text, "MemAvailable:");
        if (total.isEmpty() || available.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Memory(
                        (total.getAsLong() - available.getAsLong()) * 1024,
                        total.getAsLong() * 1024));
    }

    /** The processor's name as the kernel prints it; empty where it prints none. */
    public Optional<String> cpuModel() {
        return readQuietly(root.resolve("cpuinfo"))
                .lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .filter(name -> !name.isEmpty())
                .findFirst();
    }

    private static OptionalLong kilobytes(String text, String key) {
        return text.lines()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(words(line).get(1)))
                .findFirst();
    }

    private static List<String> words(String text) {
        return List.of(text.trim().split("\\s+"));
    }

    private static boolean isNumber(String name) {
        return name.chars().allMatch(Character::isDigit);
    }

    private static String readQuietly(Path file) {
        try {
            return read(file);
        } catch (IOException unreadable) {
            return "";
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }
}
