package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One local fleet, driven through the {@code keelson} command as its user drives it. Not
 * thread-safe.
 */
public final class Fleet implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> WITH_DATA =
            Set.of(
                    "up",
                    "down",
                    "status",
                    "logs",
                    "get",
                    "explain",
                    "chaos",
                    "counts",
                    "journal",
                    "scale",
                    "drain",
                    "cordon",
                    "uncordon",
                    "freeze",
                    "unfreeze",
                    "join-token",
                    "token",
                    "whoami");

    private final Path root;
    private final Path data;
    private final Map<String, String> environment;
    private final Duration firstToken;

    private Fleet(Path root, Path data, Map<String, String> environment, Duration firstToken) {
        this.root = root;
        this.data = data;
        this.environment = environment;
        this.firstToken = firstToken;
    }

    /** What one run of the command gave. */
    public record Outcome(int exit, String out, String err) {}

    /**
     * Starts a fleet and returns once it served a token.
     *
     * @param root the repository
     * @param data an empty folder for it
     */
    public static Fleet up(Path root, Path data, String... arguments) {
        return up(root, data, Map.of(), arguments);
    }

    /**
     * The same.
     *
     * @param environment added to this process's own
     */
    public static Fleet up(
            Path root, Path data, Map<String, String> environment, String... arguments) {
        var begin = System.nanoTime();
        var fleet = new Fleet(root, data, environment, Duration.ZERO);
        var all = new ArrayList<>(List.of("up", "--detach", "--trace", "none"));
        all.addAll(List.of(arguments));
        fleet.succeed(all.toArray(String[]::new));
        return new Fleet(root, data, environment, Duration.ofNanos(System.nanoTime() - begin));
    }

    /** Time from the start of {@code up} to the first token. */
    public Duration firstToken() {
        return firstToken;
    }

    public Path data() {
        return data;
    }

    public String gateway() {
        return json("status").at("/gateway/url").asText();
    }

    public JsonNode json(String... arguments) {
        var all =
                Stream.concat(Arrays.stream(arguments), Stream.of("--json")).toArray(String[]::new);
        try {
            return JSON.readTree(succeed(all));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the command and returns its standard output. */
    public String succeed(String... arguments) {
        var outcome = run(arguments);
        if (outcome.exit() != 0) {
            throw new AssertionError(
                    "keelson %s -> %d: %s"
                            .formatted(
                                    String.join(" ", arguments),
                                    outcome.exit(),
                                    outcome.err().strip()));
        }
        return outcome.out();
    }

    /** Writes what was decided since then to a file. */
    public void exportJournal(Instant since, Path file) {
        var now = Instant.now().toString();
        succeed("journal", "export", "--from", since.toString(), "--to", now, file.toString());
    }

    public Outcome run(String... arguments) {
        var command = new ArrayList<>(List.of(root.resolve("keelson").toString()));
        command.addAll(List.of(arguments));
        if (WITH_DATA.contains(arguments[0])) {
            command.addAll(List.of("--data", data.toString()));
        }
        try {
            var out = Files.createTempFile("keelson-out", ".txt");
            var err = Files.createTempFile("keelson-err", ".txt");
            var builder =
                    new ProcessBuilder(command)
                            .directory(root.toFile())
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            builder.environment().putAll(environment);
            var process = builder.start();
            if (!process.waitFor(10, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "keelson %s did not end.".formatted(String.join(" ", arguments)));
            }
            var outcome =
                    new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
            Files.delete(out);
            Files.delete(err);
            return outcome;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Starts a component with {@code keelson run}, as a person does who stands in another folder.
     *
     * @param folder where its output goes, {@code NAME.log}
     */
    public Process component(Path folder, String name, String... arguments) {
        var command = new ArrayList<>(List.of(root.resolve("keelson").toString(), "run"));
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve(name + ".log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<JsonNode> get(String what, String... more) {
        var all = Stream.concat(Stream.of("get", what), Arrays.stream(more)).toArray(String[]::new);
        return StreamSupport.stream(json(all).spliterator(), false).toList();
    }

    /** Living processes of a kind, by the supervisor's word and the kernel's. */
    public Set<Long> pids(String kind) {
        var found = new TreeSet<Long>();
        for (var process : json("status").path("processes")) {
            var pid = process.path("pid").asLong(0);
            if (process.path("kind").asText().equals(kind) && pid > 0 && isAlive(pid)) {
                found.add(pid);
            }
        }
        return found;
    }

    public static boolean isAlive(long pid) {
        try {
            var stat =
                    Files.readString(
                            Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    /** Sends a signal as the kernel's own command does: KILL, STOP, CONT, TERM. */
    public static void signal(long pid, String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public int wanted() {
        return json("status").at("/deployments/0/wanted").asInt();
    }

    /**
     * Waits until as many replicas are READY as wanted and as many engines run; returns how long
     * that took.
     */
    public Duration steady(Duration limit) {
        return await(
                "wanted = ready = running engines",
                limit,
                () -> {
                    var deployment = json("status").at("/deployments/0");
                    var wanted = deployment.path("wanted").asInt(-1);
                    return wanted == deployment.path("ready").asInt(-2)
                            && wanted == pids("engine").size();
                });
    }

    /**
     * Polls a condition about something outside this process; a condition that throws is not yet
     * met.
     */
    public static Duration await(String what, Duration limit, BooleanSupplier condition) {
        var begin = System.nanoTime();
        Throwable last = null;
        while (System.nanoTime() - begin < limit.toNanos()) {
            try {
                if (condition.getAsBoolean()) {
                    return Duration.ofNanos(System.nanoTime() - begin);
                }
            } catch (RuntimeException | AssertionError e) {
                last = e;
            }
            pause(Duration.ofMillis(300));
        }
        throw new AssertionError("%s: not within %s.".formatted(what, limit), last);
    }

    /**
     * Lets the world go on for a while: load runs, a fault lasts. Never used to wait for a
     * condition.
     */
    public static void pause(Duration duration) {
        try {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends the fleet; every process that it had must be gone. */
    @Override
    public void close() {
        var pids = new ArrayList<Long>();
        json("status").path("processes").forEach(p -> pids.add(p.path("pid").asLong(0)));
        run("down");
        await(
                "no process is left behind",
                Duration.ofSeconds(40),
                () -> pids.stream().noneMatch(p -> p > 0 && isAlive(p)));
    }
}
