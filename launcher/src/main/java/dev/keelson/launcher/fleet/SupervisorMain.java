package dev.keelson.launcher.fleet;

import dev.keelson.exchange.process.ParentWatch;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.distribution.Distribution;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** The supervisor of a local fleet: {@code SupervisorMain --data DIR}. */
public final class SupervisorMain {
    private static final long LOG_BYTES = 10L << 20;
    private static final Duration LOG_ROUND = Duration.ofSeconds(30);
    private static final Duration JOIN_ROUND = Duration.ofMillis(300);

    private final FleetFolder folder;
    private final FleetPlan plan;
    private final InstantSource clock;
    private final LocalFleet fleet;
    private final FleetState.Entry self;
    private final AtomicBoolean down = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile FleetState state;

    private SupervisorMain(FleetPlan plan, InstantSource clock) {
        this.folder = plan.folder();
        this.plan = plan;
        this.clock = clock;
        long pid = ProcessHandle.current().pid();
        this.self =
                new FleetState.Entry(
                        "supervisor",
                        "supervisor",
                        pid,
                        ProcessTable.startTicks(pid).orElse(0),
                        "running",
                        0,
                        "");
        this.state = state(FleetState.Phase.STARTING, self, List.of());
        this.fleet = new LocalFleet(plan, clock, entries -> publish(state(phase(), self, entries)));
    }

    /** Runs until the fleet is told to go down. */
    public static void main(String[] args) throws Exception {
        if (args.length != 2 || !args[0].equals("--data")) {
            System.err.println("Usage: SupervisorMain --data DIR");
            System.exit(CommandFailure.USAGE);
        }
        var folder = new FleetFolder(Path.of(args[1]));
        folder.create();
        try (var channel =
                        FileChannel.open(
                                folder.lock(),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                System.err.println("Another supervisor runs on " + folder.data());
                System.exit(CommandFailure.FAILED);
            }
            Leftovers.end(folder, InstantSource.system());
            FleetPlan plan = prepare(folder);
            new SupervisorMain(plan, InstantSource.system()).run();
        }
        System.exit(0);
    }

    private static FleetPlan prepare(FleetFolder folder) throws IOException {
        FleetChoices choices =
                FleetChoices.read(folder)
                        .orElseThrow(
                                () -> new IOException("There is no " + folder.choices() + "."));
        var distribution = Distribution.current();
        var draft = new FleetPlan(folder, choices, distribution);
        var kept = new TreeMap<>(choices.ports());
        int wanted = choices.options().port();
        if (wanted > 0 && Ports.isFree(wanted)) {
            kept.put("gateway-1", wanted);
        }
        var ports = Ports.choose(draft.portNames(), kept, new SecureRandom());
        FleetChoices settled = choices.withPorts(ports);
        settled.write(folder);
        Manifests.writeMissing(folder, settled.options(), distribution);
        return new FleetPlan(folder, settled, distribution);
    }

    private void run() throws IOException, InterruptedException {
        String token = token();
        Runtime.getRuntime().addShutdownHook(new Thread(this::endOnSignal, "shutdown"));
        ParentWatch.startIfSupervised(this::requestDown);
        publish(state);
        var http =
                new SupervisorHttp(
                        plan.choices().port("supervisor"),
                        fleet,
                        token,
                        clock,
                        () -> state,
                        this::requestDown);
        try {
            fleet.start();
            Thread.ofVirtual().name("joiner").start(this::join);
            var logs = new LogRotation(folder.data().resolve("logs"), LOG_BYTES);
            rotate(logs);
            while (!down.get()) {
                fleet.supervisor().doWork();
            }
            publish(state(FleetState.Phase.STOPPING, self, fleet.supervisor().entries()));
            fleet.end(clock);
        } finally {
            http.close();
            publish(
                    state(
                            FleetState.Phase.STOPPED,
                            new FleetState.Entry(
                                    "supervisor", "supervisor", 0, 0, "stopped", 0, ""),
                            List.of()));
            ended.countDown();
        }
    }

    private void rotate(LogRotation logs) {
        logs.rotate();
        fleet.supervisor().after(LOG_ROUND, () -> rotate(logs));
    }

    /** Mints tokens for those that wait, one after the other, for as long as the process lives. */
    private void join() {
        try {
            while (!down.get()) {
                for (String name : fleet.supervisor().call(fleet::waiting)) {
                    try {
                        FleetPlan.JoinGrant grant = fleet.joiner().mint();
                        fleet.supervisor().submit(() -> fleet.grant(name, grant));
                    } catch (IOException | CommandFailure e) {
                        break; // The control plane is not there yet, or not there now.
                    }
                }
                Thread.sleep(JOIN_ROUND);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void requestDown() {
        down.set(true);
        fleet.supervisor().submit(() -> {});
    }

    private void endOnSignal() {
        requestDown();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private FleetState.Phase phase() {
        return down.get() ? FleetState.Phase.STOPPING : FleetState.Phase.RUNNING;
    }

    private FleetState state(
            FleetState.Phase phase, FleetState.Entry supervisor, List<FleetState.Entry> children) {
        return new FleetState(
                phase,
                supervisor,
                plan.url("supervisor"),
                plan.url("control-plane"),
                plan.gateways().stream()
                        .map(name -> new FleetState.Gateway(name, plan.url(name)))
                        .toList(),
                children);
    }

    private void publish(FleetState next) {
        state = next;
        try {
            next.write(folder);
        } catch (IOException e) {
            Supervisor.tell("write its state", e);
        }
    }

    private String token() throws IOException {
        if (!Files.isRegularFile(folder.supervisorToken())) {
            var bytes = new byte[32];
            new SecureRandom().nextBytes(bytes);
            FleetFolder.write(folder.supervisorToken(), HexFormat.of().formatHex(bytes) + "\n");
        }
        return Files.readString(folder.supervisorToken()).strip();
    }
}
