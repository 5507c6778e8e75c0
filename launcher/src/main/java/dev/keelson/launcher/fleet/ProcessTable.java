package dev.keelson.launcher.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The kernel's view of processes, and signals to them. */
public final class ProcessTable {
    private static final int START_TICKS_AFTER_COMMAND = 19;

    private ProcessTable() {}

    /**
     * Field 22 of {@code /proc/PID/stat}; empty when there is no such process or it is a zombie.
     */
    public static OptionalLong startTicks(long pid) {
        if (pid <= 0) {
            return OptionalLong.empty();
        }
        try {
            String stat =
                    Files.readString(
                            Path.of("/proc", Long.toString(pid), "stat"),
                            StandardCharsets.ISO_8859_1);
            // The command's name stands in brackets and may hold anything, brackets too.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            if (fields[0].equals("Z") || fields[0].equals("X")) {
                return OptionalLong.empty();
            }
            return OptionalLong.of(Long.parseLong(fields[START_TICKS_AFTER_COMMAND]));
        } catch (IOException | RuntimeException e) {
            return OptionalLong.empty();
        }
    }

    /** True when that very process still runs: a pid that was given to another is not it. */
    public static boolean runs(long pid, long startTicks) {
        OptionalLong found = startTicks(pid);
        return found.isPresent() && found.getAsLong() == startTicks;
    }

    /** Ends that very process at once (SIGKILL); does nothing when it is gone. */
    public static void kill(long pid, long startTicks) {
        if (runs(pid, startTicks)) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** Asks that very process to end (SIGTERM); does nothing when it is gone. */
    public static void terminate(long pid, long startTicks) {
        if (runs(pid, startTicks)) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
        }
    }

    /**
     * Sends a signal that Java has no method for.
     *
     * @param signal its name, such as {@code STOP}
     * @return false when the process is gone
     */
    public static boolean signal(long pid, long startTicks, String signal)
            throws IOException, InterruptedException {
        if (!runs(pid, startTicks)) {
            return false;
        }
        return new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
