package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.AotCaches;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import dev.keelson.launcher.fleet.FleetChoices;
import dev.keelson.launcher.fleet.FleetFolder;
import dev.keelson.launcher.fleet.FleetOptions;
import dev.keelson.launcher.fleet.FleetState;
import dev.keelson.launcher.rest.RestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * A small fleet that the build starts once, so that every JVM of the real ones starts from a cache
 * of loaded and linked classes: a third of the processor time and less memory. It also unpacks the
 * engine's native libraries.
 */
final class Rehearsal {
    private static final Duration FIRST_TOKEN = Duration.ofMinutes(4);
    private static final Duration END = Duration.ofMinutes(4);
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final Session session;
    private final Distribution distribution;
    private final AotCaches caches;

    Rehearsal(Session session, Distribution distribution) {
        this.session = session;
        this.distribution = distribution;
        this.caches = new AotCaches(distribution);
    }

    /** Renews the caches that are stale. What fails here only makes starts slower. */
    void renew() throws IOException, InterruptedException {
        caches.settleTimes();
        List<Component> stale = caches.stale();
        if (stale.isEmpty() || !isComplete()) {
            return;
        }
        Path folder = Files.createTempDirectory("keelson-rehearsal");
        try {
            Path recordings = Files.createDirectory(folder.resolve("recordings"));
            caches.request(stale, recordings);
            if (play(new FleetFolder(folder.resolve("data")), recordings)) {
                assemble(stale, recordings);
            }
        } finally {
            delete(folder);
        }
    }

    // A distribution may come without the forecaster: its learned part is under GPL-3.0.
    private boolean isComplete() {
        return AotCaches.RECORDED.stream()
                .filter(component -> component != Component.FORECASTER)
                .allMatch(distribution::has);
    }

    private boolean play(FleetFolder fleet, Path recordings)
            throws IOException, InterruptedException {
        fleet.create();
        new FleetChoices(options(), new TreeMap<>(), secret(), new TreeMap<>(), "").write(fleet);
        Process supervisor = new SupervisorLaunch(fleet).startRecording(recordings);
        try {
            Optional<FleetState> state = awaitFirstToken(fleet, supervisor);
            if (state.isEmpty()) {
                session.say("The rehearsal served nothing; processes will start without caches.");
                return false;
            }
            status(fleet, recordings);
            end(fleet, state.get());
            return supervisor.waitFor(END.toSeconds(), TimeUnit.SECONDS);
        } finally {
            if (supervisor.isAlive()) {
                new FleetEnd(session).end(fleet);
            }
        }
    }

    private static FleetOptions options() {
        return new FleetOptions(1, 1, 1, 1, 1, 1, FleetOptions.NO_TRACE, 1, false, true, 0);
    }

    private static String secret() {
        var bytes = new byte[24];
        new java.security.SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private Optional<FleetState> awaitFirstToken(FleetFolder fleet, Process supervisor)
            throws InterruptedException {
        var answer = new AtomicReference<Optional<String>>();
        Instant limit = session.clock().instant().plus(FIRST_TOKEN);
        Thread probe = null;
        while (answer.get() == null) {
            if (!supervisor.isAlive() || session.clock().instant().isAfter(limit)) {
                return Optional.empty();
            }
            Optional<FleetState> state = FleetState.read(fleet).filter(s -> s.supervisor().runs());
            if (probe == null && state.isPresent()) {
                String gateway = state.get().gateways().getFirst().url();
                probe =
                        Thread.ofVirtual()
                                .start(() -> FirstToken.await(gateway, "", () -> false, answer));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
        return FleetState.read(fleet);
    }

    /** The launcher's own cache: a command that asks the control plane. */
    private void status(FleetFolder fleet, Path recordings)
            throws IOException, InterruptedException {
        Process status =
                new ProcessBuilder(
                                distribution.recordingCommand(
                                        Component.LOADGEN,
                                        recordings,
                                        List.of("status", "--data", fleet.data().toString())))
                        .redirectErrorStream(true)
                        .redirectOutput(fleet.log("status").toFile())
                        .start();
        if (!status.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
            status.destroyForcibly();
        }
    }

    private static void end(FleetFolder fleet, FleetState state) throws IOException {
        String token = Files.readString(fleet.supervisorToken()).strip();
        try {
            new RestClient(state.supervisorUrl(), token, Duration.ofSeconds(20))
                    .post("/down", JsonNodeFactory.instance.objectNode());
        } catch (CommandFailure e) {
            // It ends when this process ends at the latest.
        }
    }

    private void assemble(List<Component> stale, Path recordings) {
        var without = new ConcurrentLinkedQueue<String>();
        try (var workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (Component component : stale) {
                workers.execute(() -> {
                    if (!assembled(component, recordings)) {
                        without.add(component.kind());
                    }
                });
            }
        }
        if (!without.isEmpty()) {
            session.say("These processes start without a cache: " + String.join(", ", without));
        }
    }

    private boolean assembled(Component component, Path recordings) {
        try {
            return caches.assemble(component, recordings);
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
