package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.fleet.FleetFolder;
import dev.keelson.launcher.fleet.FleetState;
import dev.keelson.launcher.fleet.Leftovers;
import dev.keelson.launcher.fleet.ProcessTable;
import dev.keelson.launcher.rest.RestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Ends a fleet, with its supervisor or without. */
final class FleetEnd {
    private static final Duration ORDERLY = Duration.ofSeconds(25);

    private final Session session;

    FleetEnd(Session session) {
        this.session = session;
    }

    /** Ends everything. True when there was something to end. */
    boolean end(FleetFolder folder) {
        Optional<FleetState> found = FleetState.read(folder);
        if (found.isEmpty()) {
            return false;
        }
        FleetState state = found.get();
        FleetState.Entry supervisor = state.supervisor();
        boolean ran = supervisor.runs();
        if (ran) {
            ask(folder, state);
            awaitEnd(supervisor);
            ProcessTable.kill(supervisor.pid(), supervisor.startTicks());
        }
        // Whatever a killed supervisor left, by what it and the agents wrote down.
        int left = Leftovers.end(folder, session.clock());
        markStopped(folder, state);
        return ran || left > 0;
    }

    private static void ask(FleetFolder folder, FleetState state) {
        try {
            String token = Files.readString(folder.supervisorToken()).strip();
            new RestClient(state.supervisorUrl(), token, Duration.ofSeconds(3))
                    .post("/down", JsonNodeFactory.instance.objectNode());
        } catch (IOException | CommandFailure e) {
            ProcessTable.terminate(state.supervisor().pid(), state.supervisor().startTicks());
        }
    }

    private void awaitEnd(FleetState.Entry supervisor) {
        Instant limit = session.clock().instant().plus(ORDERLY);
        while (supervisor.runs() && session.clock().instant().isBefore(limit)) {
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    private static void markStopped(FleetFolder folder, FleetState state) {
        try {
            new FleetState(
                            FleetState.Phase.STOPPED,
                            new FleetState.Entry(
                                    "supervisor", "supervisor", 0, 0, "stopped", 0, ""),
                            state.supervisorUrl(),
                            state.controlPlaneUrl(),
                            state.gateways(),
                            List.of())
                    .write(folder);
        } catch (IOException e) {
            // The processes are gone all the same.
        }
    }
}
