package dev.keelson.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.keelson.launcher.fleet.FleetFolder;
import dev.keelson.launcher.fleet.FleetState;
import dev.keelson.launcher.rest.RestClient;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What every command shares: the options that all of them take, and where they print. One thread.
 */
public final class Session {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final PrintStream out;
    private final PrintStream err;
    private final InstantSource clock;
    private final Map<String, String> environment;
    private @Nullable Path data;
    private @Nullable String server;
    private @Nullable String token;
    private boolean json;
    private boolean debug;

    /** A session that prints to the two streams. */
    public Session(
            PrintStream out,
            PrintStream err,
            InstantSource clock,
            Map<String, String> environment) {
        this.out = out;
        this.err = err;
        this.clock = clock;
        this.environment = Map.copyOf(environment);
    }

    void data(@Nullable Path chosen) {
        this.data = chosen;
    }

    void server(@Nullable String chosen) {
        this.server = chosen == null ? null : chosen.replaceAll("/+$", "");
    }

    void token(@Nullable String chosen) {
        this.token = chosen;
    }

    void json(boolean chosen) {
        this.json = chosen;
    }

    void debug(boolean chosen) {
        this.debug = chosen;
    }

    /** Results go here. */
    public PrintStream out() {
        return out;
    }

    /** Progress and errors go here. */
    public PrintStream err() {
        return err;
    }

    /** The clock of this machine. */
    public InstantSource clock() {
        return clock;
    }

    /** True when one JSON document is wanted. */
    public boolean wantsJson() {
        return json;
    }

    /** True when stack traces are wanted. */
    public boolean debugs() {
        return debug;
    }

    /** The data folder: {@code --data}, or the user's state folder. */
    public FleetFolder folder() {
        Path chosen = data;
        if (chosen == null) {
            String state = environment.getOrDefault("XDG_STATE_HOME", "");
            Path base =
                    state.isBlank()
                            ? Path.of(environment.getOrDefault("HOME", "."), ".local", "state")
                            : Path.of(state);
            chosen = base.resolve("keelson").resolve("default");
        }
        return new FleetFolder(chosen.toAbsolutePath().normalize());
    }

    /** The control plane: {@code --server}, or the one of the data folder. */
    public RestClient controlPlane() {
        return controlPlane(TIMEOUT);
    }

    /** The same with another limit for connecting and for each read. */
    public RestClient controlPlane(Duration timeout) {
        if (server != null) {
            return new RestClient(server, token, timeout);
        }
        FleetFolder folder = folder();
        FleetState state =
                FleetState.read(folder)
                        .orElseThrow(() ->
                                new CommandFailure(
                                        "There is no fleet in %s.".formatted(folder.data()),
                                        "Start one with: keelson up --data " + folder.data()));
        return new RestClient(state.controlPlaneUrl(), token(folder), timeout);
    }

    private @Nullable String token(FleetFolder folder) {
        if (token != null) {
            return token;
        }
        try {
            return Files.readString(folder.adminToken()).strip();
        } catch (IOException e) {
            return null;
        }
    }

    /** Prints one JSON document. */
    public void print(JsonNode document) {
        try {
            out.println(JSON.writeValueAsString(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Says something that is not a result. */
    public void say(String line) {
        err.println(line);
    }

    /** A variable of the environment; null where it is not set or empty. */
    public @Nullable String variable(String name) {
        String value = environment.getOrDefault(name, "");
        return value.isEmpty() ? null : value;
    }
}
