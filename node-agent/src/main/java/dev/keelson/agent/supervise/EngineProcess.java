package dev.keelson.agent.supervise;

import dev.keelson.agent.probe.ProcFs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An engine's process, which leads a process group of its own. Started here, or found after a
 * restart of the agent.
 */
final class EngineProcess {
    /** Children come and go rarely, and to find them all processes have to be read. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    private final long pid;
    private final long startTicks;
    private final ProcFs proc;
    private final @Nullable Process child;
    private List<Long> members = List.of();
    private Instant nextLook = Instant.MIN;

    private EngineProcess(long pid, long startTicks, ProcFs proc, @Nullable Process child) {
        this.pid = pid;
        this.startTicks = startTicks;
        this.proc = proc;
        this.child = child;
    }

    /**
     * Starts an argument vector in a session of its own, so that the engine outlives a killed agent
     * and all its children can be ended.
     *
     * @param environment the whole environment of the process
     * @param log takes standard output and error, appended
     * @throws IOException where the program cannot be started
     */
    static EngineProcess start(
            List<String> arguments, Map<String, String> environment, Path log, ProcFs proc)
            throws IOException {
        var words = new ArrayList<String>();
        words.add("setsid");
        words.addAll(arguments);
        var builder =
                new ProcessBuilder(words)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            Process child = builder.start();
            // setsid(1) becomes the engine by exec: same pid, same start time.
            long ticks = proc.stat(child.pid()).map(ProcFs.ProcessStat::startTicks).orElse(0L);
            return new EngineProcess(child.pid(), ticks, proc, child);
        } catch (UncheckedIOException wrapped) {
            throw wrapped.getCause();
        }
    }

    /**
     * A process of an earlier life of this agent; empty where it is gone or its number now names
     * another.
     */
    static Optional<EngineProcess> find(long pid, long startTicks, ProcFs proc) {
        var found = new EngineProcess(pid, startTicks, proc, null);
        return found.hasExited() ? Optional.empty() : Optional.of(found);
    }

    long pid() {
        return pid;
    }

    long startTicks() {
        return startTicks;
    }

    boolean hasExited() {
        if (child != null) {
            return !child.isAlive();
        }
        return proc.stat(pid)
                .map(stat -> stat.isDead() || stat.startTicks() != startTicks)
                .orElse(true);
    }

    /** exited-CODE, 128 + signal for a signal; plain exited where only init knows the code. */
    String exitReason() {
        return child == null || child.isAlive() ? "exited" : "exited-" + child.exitValue();
    }

    /** Calls back once when a started engine ends; an adopted one has to be polled. */
    void whenExited(Runnable callback) {
        if (child != null) {
            var _ = child.onExit().thenRun(callback);
        }
    }

    /**
     * Is one of its processes stopped by a signal: alive, and certain not to progress? Engines of
     * several processes answer for their health in one that does not compute.
     */
    boolean isStopped(Instant now) {
        if (!now.isBefore(nextLook)) {
            nextLook = now.plus(LOOK_EVERY);
            members = proc.group(pid);
        }
        return members.stream()
                .flatMap(member -> proc.stat(member).stream())
                .anyMatch(stat -> stat.group() == pid && stat.state() == 'T');
    }

    /** Asks the engine, not its children, to finish. */
    void terminate() {
        if (!hasExited()) {
            ProcessSignals.send(pid, ProcessSignals.TERMINATE);
        }
    }

    /** Ends the engine and every process it started, at once. */
    void killGroup() {
        if (child == null && hasExited() && proc.stat(pid).isPresent()) {
            // The number belongs to somebody else by now.
            return;
        }
        ProcessSignals.send(-pid, ProcessSignals.KILL);
        if (!hasExited()) {
            ProcessSignals.send(pid, ProcessSignals.KILL);
        }
    }
}
