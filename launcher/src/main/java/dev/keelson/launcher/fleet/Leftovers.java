package dev.keelson.launcher.fleet;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Ends what a supervisor that was killed left behind, by what it and the agents wrote down. */
public final class Leftovers {
    private static final Duration ORDERLY = Duration.ofSeconds(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private Leftovers() {}

    /** A process that may still run. */
    private record Found(long pid, long startTicks) {
        boolean runs() {
            return ProcessTable.runs(pid, startTicks);
        }
    }

    /** Ends every process of the folder but the supervisor: orderly, then by force. */
    public static int end(FleetFolder folder, InstantSource clock) {
        var found = new ArrayList<Found>();
        FleetState.read(folder)
                .ifPresent(state ->
                        state.processes().stream()
                                .filter(FleetState.Entry::runs)
                                .map(e -> new Found(e.pid(), e.startTicks()))
                                .forEach(found::add));
        int ended = end(found, clock, ORDERLY);
        return ended + endEngines(folder, clock);
    }

    /** Ends every engine that an agent of the folder wrote down. */
    public static int endEngines(FleetFolder folder, InstantSource clock) {
        return endEngines(folder, clock, ORDERLY);
    }

    static int endEngines(FleetFolder folder, InstantSource clock, Duration orderly) {
        return end(
                EngineList.running(folder).stream()
                        .map(engine -> new Found(engine.pid(), engine.startTicks()))
                        .toList(),
                clock,
                orderly);
    }

    private static int end(List<Found> found, InstantSource clock, Duration orderly) {
        found.forEach(process -> ProcessTable.terminate(process.pid(), process.startTicks()));
        Instant limit = clock.instant().plus(orderly);
        while (found.stream().anyMatch(Found::runs) && clock.instant().isBefore(limit)) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        found.forEach(process -> ProcessTable.kill(process.pid(), process.startTicks()));
        while (found.stream().anyMatch(Found::runs)) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        return found.size();
    }
}
