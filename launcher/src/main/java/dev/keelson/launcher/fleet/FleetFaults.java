package dev.keelson.launcher.fleet;

import dev.keelson.launcher.chaos.FaultPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Faults in a local fleet. Belongs to the supervisor's thread. */
final class FleetFaults implements FaultPorts {
    private final FleetFolder folder;
    private final Supervisor supervisor;
    private final InstantSource clock;
    private final Predicate<String> isSpot;
    private final Map<String, Instant> notices = new HashMap<>();

    FleetFaults(
            FleetFolder folder,
            Supervisor supervisor,
            InstantSource clock,
            Predicate<String> isSpot) {
        this.folder = folder;
        this.supervisor = supervisor;
        this.clock = clock;
        this.isSpot = isSpot;
    }

    @Override
    public boolean killEngine(String replica) {
        Optional<EngineList.Engine> engine = engine(replica);
        engine.ifPresent(e -> ProcessTable.kill(e.pid(), e.startTicks()));
        return engine.isPresent();
    }

    @Override
    public boolean signalEngine(String replica, String signal) throws IOException {
        Optional<EngineList.Engine> engine = engine(replica);
        if (engine.isEmpty()) {
            return false;
        }
        try {
            return ProcessTable.signal(engine.get().pid(), engine.get().startTicks(), signal);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Optional<EngineList.Engine> engine(String replica) {
        return EngineList.running(folder).stream()
                .filter(engine -> engine.replica().equals(replica))
                .findFirst();
    }

    @Override
    public boolean takeNode(String node, String reason) {
        if (!isNode(node) || !supervisor.hold(node, null, reason)) {
            return false;
        }
        // The agent first: it would start engines again.
        EngineList.ofNode(folder, node).forEach(e -> ProcessTable.kill(e.pid(), e.startTicks()));
        return true;
    }

    @Override
    public boolean restoreNode(String node) throws IOException {
        if (!isNode(node)) {
            return false;
        }
        notices.remove(node);
        Notices.clear(folder, node);
        Files.deleteIfExists(folder.faultHook(node));
        return supervisor.release(node);
    }

    @Override
    public boolean partition(String node, boolean cut) throws IOException {
        if (!isNode(node)) {
            return false;
        }
        if (cut) {
            Files.createDirectories(folder.node(node));
            FleetFolder.write(folder.faultHook(node), "");
        } else {
            Files.deleteIfExists(folder.faultHook(node));
        }
        return true;
    }

    @Override
    public boolean notice(String node, Instant deadline) throws IOException {
        if (!isNode(node) || !isSpot.test(node)) {
            return false;
        }
        notices.put(node, deadline);
        Notices.give(folder, node, deadline);
        return true;
    }

    @Override
    public boolean reclaim(String node, Instant deadline) {
        return deadline.equals(notices.get(node)) && takeNode(node, "reclaimed after its notice");
    }

    @Override
    public boolean killProcess(String name, @Nullable Duration away) {
        return away == null
                ? supervisor.kill(name)
                : supervisor.hold(name, clock.instant().plus(away), "stopped on purpose");
    }

    @Override
    public void after(Duration delay, Runnable action) {
        supervisor.after(delay, action);
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    private boolean isNode(String node) {
        return supervisor.entry(node).filter(e -> e.kind().equals("node-agent")).isPresent();
    }
}
