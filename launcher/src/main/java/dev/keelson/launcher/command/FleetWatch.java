package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.fleet.FleetChoices;
import dev.keelson.launcher.fleet.FleetFolder;
import dev.keelson.launcher.fleet.FleetOptions;
import dev.keelson.launcher.fleet.FleetState;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Watches a fleet come up and, in the foreground, for as long as it runs. One thread. */
final class FleetWatch {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration ROUND = Duration.ofMillis(200);
    private static final int HOPELESS_RESTARTS = 5;
    private static final int LOG_LINES = 12;

    private final Session session;
    private final FleetFolder folder;
    private final @Nullable Process supervisor;
    private final TreeMap<String, String> shown = new TreeMap<>();

    FleetWatch(Session session, FleetFolder folder, @Nullable Process supervisor) {
        this.session = session;
        this.folder = folder;
        this.supervisor = supervisor;
    }

    int untilServing(boolean detach) throws InterruptedException {
        Process own = supervisor;
        if (!detach && own != null) {
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> new FleetEnd(session).end(folder), "down"));
        }
        FleetChoices choices = choices();
        Optional<String> served = awaitFirstToken(choices.apiKey());
        tellAddresses();
        if (served.isEmpty() && !choices.options().trace().equals(FleetOptions.NO_TRACE)) {
            session.out().println(refusedLoad(choices.apiKey()));
        }
        if (detach || own == null) {
            return 0;
        }
        return new StatusLine(session, folder).follow(own);
    }

    private FleetChoices choices() {
        try {
            return FleetChoices.read(folder).orElseThrow();
        } catch (IOException e) {
            throw new CommandFailure(
                    "The data folder %s cannot be read (%s)."
                            .formatted(folder.data(), e.getMessage()),
                    "Choose another with --data DIR.");
        }
    }

    /** What becomes of the replayed load where the gateway serves tenants only. */
    static String refusedLoad(String apiKey) {
        return "load       refused: the gateway serves tenants, and %s; end the fleet, then: keelson up --api-key KEY (or --trace none)"
                .formatted(
                        apiKey.isEmpty()
                                ? "the load generator has no key"
                                : "the load generator's key is no tenant's");
    }

    private Optional<String> awaitFirstToken(String apiKey) throws InterruptedException {
        Instant limit = session.clock().instant().plus(PATIENCE);
        var answer = new AtomicReference<Optional<String>>();
        Thread probe = null;
        while (true) {
            Optional<FleetState> state = FleetState.read(folder).filter(s -> s.supervisor().runs());
            if (state.isPresent()) {
                progress(state.get());
                failOnHopeless(state.get());
                if (probe == null) {
                    String gateway = state.get().gateways().getFirst().url();
                    probe =
                            Thread.ofVirtual()
                                    .name("first-token")
                                    .start(() ->
                                            FirstToken.await(
                                                    gateway, apiKey, this::isAnyReady, answer));
                }
            } else {
                failOnDeadSupervisor();
            }
            Optional<String> served = answer.get();
            if (served != null) {
                return served;
            }
            if (session.clock().instant().isAfter(limit)) {
                throw new CommandFailure(
                        "No token came through the gateway within %d s.%s"
                                .formatted(PATIENCE.toSeconds(), ""),
                        slowest(state) + "\nSee: keelson status, keelson get incidents");
            }
            TimeUnit.MILLISECONDS.sleep(ROUND.toMillis());
        }
    }

    private boolean isAnyReady() {
        try {
            for (JsonNode deployment : session.controlPlane().get("/api/v1/deployments")) {
                if (deployment.path("ready").asInt() > 0) {
                    return true;
                }
            }
        } catch (CommandFailure e) {
            return false; // it is asked again
        }
        return false;
    }

    private void failOnDeadSupervisor() {
        Process own = supervisor;
        if (own != null && !own.isAlive()) {
            throw new CommandFailure(
                    "The supervisor ended with exit code %d.".formatted(own.exitValue()),
                    tail("supervisor"));
        }
    }

    private void failOnHopeless(FleetState state) {
        for (FleetState.Entry process : state.processes()) {
            if (process.restarts() >= HOPELESS_RESTARTS && process.state().equals("restarting")) {
                throw new CommandFailure(
                        "The process %s does not stay up (%s)."
                                .formatted(process.name(), process.note()),
                        tail(process.name())
                                + "\nThe fleet goes on trying; end it with: keelson down");
            }
        }
    }

    private String slowest(Optional<FleetState> state) {
        return state.stream()
                .flatMap(s -> s.processes().stream())
                .filter(p -> !p.state().equals("running"))
                .findFirst()
                .map(p ->
                        "The process %s is %s.%n%s".formatted(p.name(), p.state(), tail(p.name())))
                .orElseGet(() -> "All processes run; the engines have not become ready.");
    }

    private String tail(String name) {
        try {
            List<String> lines = Files.readAllLines(folder.log(name));
            return String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "It has no log yet.";
        }
    }

    private void progress(FleetState state) {
        for (FleetState.Entry process : state.processes()) {
            String text =
                    process.note().isEmpty()
                            ? process.state()
                            : process.state() + ": " + process.note();
            if (!text.equals(shown.put(process.name(), text))) {
                session.say("  %-14s %s".formatted(process.name(), text));
            }
        }
    }

    private void tellAddresses() {
        FleetState state = FleetState.read(folder).orElseThrow();
        session.out().println("gateway    " + state.gateways().getFirst().url() + "/v1");
        session.out()
                .println(
                        "dashboard  "
                                + LoginLink.fresh(session.controlPlane(), state.controlPlaneUrl()));
        session.out().println("data       " + folder.data());
    }
}
