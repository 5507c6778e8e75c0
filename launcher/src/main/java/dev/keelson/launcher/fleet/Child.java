package dev.keelson.launcher.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One supervised process: started, started again with back-off, held away on purpose. Not
 * thread-safe: the supervisor's thread owns it.
 */
final class Child {

    /** Where it is in its life. */
    enum Status {
        WAITING,
        RUNNING,
        RESTARTING,
        HELD,
        STOPPED
    }

    private final ChildSpec spec;
    private final Backoff backoff = new Backoff();
    private Status status = Status.WAITING;
    private String note = "";
    private int restarts;
    private boolean startedBefore;
    private @Nullable Process process;
    private long startTicks;
    private Instant startedAt = Instant.EPOCH;
    private @Nullable Instant due;

    Child(ChildSpec spec) {
        this.spec = spec;
    }

    ChildSpec spec() {
        return spec;
    }

    Status status() {
        return status;
    }

    /** True when it should be started now. */
    boolean isDue(Instant now) {
        Instant when = due;
        return (status == Status.RESTARTING || status == Status.HELD)
                && when != null
                && !now.isBefore(when);
    }

    /** Waits for something outside, such as a join token. */
    void await(String reason) {
        status = Status.WAITING;
        note = reason;
        due = null;
    }

    /** Starts it now. A start that fails counts as an end. */
    void start(Instant now, Runnable whenEnded) {
        startedAt = now;
        if (startedBefore) {
            restarts++;
        }
        startedBefore = true;
        try {
            Process started = launch();
            process = started;
            startTicks = ProcessTable.startTicks(started.pid()).orElse(0);
            status = Status.RUNNING;
            note = "";
            due = null;
            var ignored = started.onExit().thenRun(whenEnded);
        } catch (IOException e) {
            process = null;
            restartLater(now, "could not be started: " + e.getMessage());
        }
    }

    private Process launch() throws IOException {
        Files.createDirectories(spec.log().toAbsolutePath().getParent());
        var builder =
                new ProcessBuilder(spec.command())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
        builder.environment().putAll(spec.environment());
        // Our end of its standard input stays open for as long as we live: see ParentWatch.
        builder.environment().put("KEELSON_SUPERVISED", "1");
        return builder.start();
    }

    /** Notices an end. True when something changed. */
    boolean observe(Instant now) {
        Process current = process;
        if (current == null || current.isAlive()) {
            return false;
        }
        int exit = current.exitValue();
        process = null;
        if (status != Status.RUNNING) {
            return true;
        }
        if (exit == 0 && spec.restart() == ChildSpec.Restart.ON_FAILURE) {
            status = Status.STOPPED;
            note = "ended by itself";
        } else {
            restartLater(now, exit > 128 ? "signal " + (exit - 128) : "exit code " + exit);
        }
        return true;
    }

    private void restartLater(Instant now, String why) {
        Duration wait = backoff.after(Duration.between(startedAt, now));
        status = Status.RESTARTING;
        note = why;
        due = now.plus(wait);
    }

    /** Keeps it away until that moment, or until it is released when null. */
    void hold(@Nullable Instant until, String reason) {
        status = Status.HELD;
        note = reason;
        due = until;
    }

    /** Ends a hold: it is due at once. */
    void release(Instant now) {
        if (status == Status.HELD || status == Status.STOPPED) {
            status = Status.RESTARTING;
            due = now;
        }
    }

    /** It will not be started again. */
    void stop() {
        status = Status.STOPPED;
        due = null;
    }

    void terminate() {
        Process current = process;
        if (current != null) {
            current.destroy();
        }
    }

    void kill() {
        Process current = process;
        if (current != null) {
            current.destroyForcibly();
        }
    }

    boolean isAlive() {
        Process current = process;
        return current != null && current.isAlive();
    }

    FleetState.Entry entry() {
        Process current = process;
        boolean alive = current != null && current.isAlive();
        return new FleetState.Entry(
                spec.name(),
                spec.kind(),
                alive && current != null ? current.pid() : 0,
                alive ? startTicks : 0,
                status.name().toLowerCase(java.util.Locale.ROOT),
                restarts,
                note);
    }
}
