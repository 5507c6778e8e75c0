package dev.keelson.agent.supervise;

import dev.keelson.agent.probe.ProcFs;
import dev.keelson.core.fleet.ReplicaState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All replicas of one node. Not thread-safe: the agent's loop owns it and calls {@link #tick}
 * several times a second.
 */
public final class ReplicaSupervisor {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaSupervisor.class);

    /**
     * Ended replicas stay in reports this long, so that the control plane surely hears of the end.
     */
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private static final Duration TRIM_EVERY = Duration.ofSeconds(10);
    private static final Duration ADOPTED_DRAIN = Duration.ofSeconds(30);
    private static final String REPLICA_VARIABLE = "KEELSON_REPLICA";

    /** The agent's own variable is handed to engines under the same name. */
    public static final String TOKEN_VARIABLE = "KEELSON_ENGINE_TOKEN";

    private static final String OWNER_VARIABLE = "KEELSON_AGENT_DATA";

    private final Settings settings;
    private final ProcFs proc;
    private final EnginesFile file;
    private final EngineLogs logs;
    private final Surroundings around;
    private final Map<String, SupervisedReplica> replicas = new LinkedHashMap<>();
    private final Map<String, EndedReplica> lost = new LinkedHashMap<>();
    private Instant lastTick;
    private Instant nextTrim = Instant.MIN;
    private boolean releasing;

    /**
     * @param agent name told to engines
     * @param data the agent's folder
     * @param capacity thousandths that replicas may take together
     * @param agentGrace how long an engine goes on without its agent
     * @param engineHost address that engines listen on
     * @param engineToken what engines are to ask for before they are changed; null for nothing
     */
    public record Settings(
            String agent,
            Path data,
            EngineCatalog catalog,
            int capacity,
            Duration agentGrace,
            String engineHost,
            @Nullable String engineToken) {}

    /** An engine that was gone when this agent came. */
    private record EndedReplica(EngineEntry entry, Instant since) {}

    public ReplicaSupervisor(
            Settings settings,
            ProcFs proc,
            InstantSource clock,
            Executor asks,
            Executor owner,
            Consumer<ReplicaChange> listener)
            throws IOException {
        this.settings = settings;
        this.proc = proc;
        this.file = new EnginesFile(settings.data().resolve("engines.json"));
        this.logs = new EngineLogs(settings.data().resolve("engines"));
        this.lastTick = clock.instant();
        this.around =
                new Surroundings(
                        settings.agent(),
                        settings.engineToken(),
                        clock,
                        asks,
                        owner,
                        change -> {
                            save();
                            listener.accept(change);
                        });
    }

    /**
     * Takes over the engines that an earlier life of this agent left running, and ends those that
     * nobody wrote down.
     */
    public void adopt() throws IOException {
        for (EngineEntry entry : file.readOrSetAside()) {
            Optional<EngineProgram> program = settings.catalog().find(entry.spec().engine());
            Optional<EngineProcess> process =
                    EngineProcess.find(entry.pid(), entry.startTicks(), proc);
            if (program.isPresent() && process.isPresent() && entry.state().isLive()) {
                EngineEntry kept =
                        entry.state() == ReplicaState.DRAINING && entry.drainUntil() == null
                                ? withDeadline(entry, around.clock().instant().plus(ADOPTED_DRAIN))
                                : entry;
                replicas.put(
                        entry.spec().replica(),
                        new SupervisedReplica(kept, program.get(), process.get(), true, around));
                LOG.info("adopted {} pid {}", entry.spec().replica(), entry.pid());
            } else {
                process.ifPresent(EngineProcess::killGroup);
                lost.put(
                        entry.spec().replica(),
                        new EndedReplica(ended(entry), around.clock().instant()));
                LOG.info("{} ended while the agent was away", entry.spec().replica());
            }
        }
        endStrays();
        save();
    }

    private static EngineEntry withDeadline(EngineEntry e, Instant until) {
        return new EngineEntry(
                e.spec(),
                e.pid(),
                e.startTicks(),
                e.host(),
                e.port(),
                e.state(),
                e.reason(),
                e.startedAt(),
                e.startup(),
                until,
                e.maxSequences());
    }

    private static EngineEntry ended(EngineEntry e) {
        boolean drained = e.state() == ReplicaState.DRAINING || e.state() == ReplicaState.STOPPED;
        return new EngineEntry(
                e.spec(),
                e.pid(),
                e.startTicks(),
                e.host(),
                e.port(),
                drained ? ReplicaState.STOPPED : ReplicaState.FAILED,
                drained ? e.reason() : "exited-unseen",
                e.startedAt(),
                e.startup(),
                e.drainUntil(),
                e.maxSequences());
    }

    /**
     * An agent killed between starting an engine and writing it down leaves one that no file names;
     * its environment does.
     */
    private void endStrays() {
        Set<Long> groups =
                replicas.values().stream()
                        .map(replica -> replica.entry().pid())
                        .collect(Collectors.toSet());
        for (long pid : proc.processesWithEnvironment(OWNER_VARIABLE + "=" + settings.data())) {
            proc.stat(pid)
                    .filter(stat -> !stat.isDead() && !groups.contains(stat.group()))
                    .ifPresent(stat -> {
                        LOG.warn("ending process {}, an engine that was never written down", pid);
                        ProcessSignals.send(pid, ProcessSignals.KILL);
                    });
        }
    }

    /** Starts a replica at once; readiness shows in the reports. */
    public Verdict start(ReplicaSpec spec) {
        if (replicas.containsKey(spec.replica()) || lost.containsKey(spec.replica())) {
            return new Verdict.Duplicate("The replica was started before.");
        }
        if (releasing) {
            return new Verdict.Refused("This node is being released.");
        }
        Optional<String> objection = settings.catalog().objection(spec);
        if (objection.isPresent()) {
            return new Verdict.Refused(objection.get());
        }
        int taken = taken();
        if (spec.thousandths() < 1 || taken + spec.thousandths() > settings.capacity()) {
            return new Verdict.Refused(
                    "No room: %d of %d thousandths are taken and %d are wanted."
                            .formatted(taken, settings.capacity(), spec.thousandths()));
        }
        try {
            launch(spec);
            return new Verdict.Accepted();
        } catch (IOException failed) {
            return new Verdict.Refused("The engine cannot be started: " + failed.getMessage());
        }
    }

    private void launch(ReplicaSpec spec) throws IOException {
        EngineProgram program = settings.catalog().find(spec.engine()).orElseThrow();
        var adapter = program.adapter();
        int port = freePort(settings.engineHost());
        String model = settings.catalog().model(program, spec.model()).orElseThrow();
        var adapters = new TreeMap<String, String>();
        spec.adapters()
                .forEach((name, path) ->
                        adapters.put(
                                name,
                                settings.catalog().modelDirectory(path).orElseThrow().toString()));
        var arguments = new ArrayList<>(program.command());
        arguments.addAll(
                adapter.arguments(
                        new dev.keelson.serving.engine.EngineStart(
                                program.command(),
                                model,
                                spec.servedModel(),
                                settings.engineHost(),
                                port,
                                spec.knobs(),
                                adapters,
                                settings.agentGrace())));
        Instant now = around.clock().instant();
        EngineProcess process =
                EngineProcess.start(
                        arguments, environment(program, spec), logs.file(spec.replica()), proc);
        var entry =
                new EngineEntry(
                        spec,
                        process.pid(),
                        process.startTicks(),
                        settings.engineHost(),
                        port,
                        ReplicaState.STARTING,
                        "",
                        now,
                        null,
                        null,
                        adapter.maxSequences(spec.knobs()).orElse(0));
        replicas.put(spec.replica(), new SupervisedReplica(entry, program, process, false, around));
        around.changes()
                .accept(
                        new ReplicaChange(
                                spec.replica(), spec.deployment(), ReplicaState.STARTING, ""));
    }

    private Map<String, String> environment(EngineProgram program, ReplicaSpec spec) {
        var environment = new HashMap<String, String>();
        for (String name : program.environment()) {
            String value = System.getenv(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        environment.putAll(program.variables());
        environment.put(REPLICA_VARIABLE, spec.replica());
        environment.put(OWNER_VARIABLE, settings.data().toString());
        String token = settings.engineToken();
        if (token != null) {
            environment.put(TOKEN_VARIABLE, token);
        }
        return environment;
    }

    private static int freePort(String host) throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        }
    }

    /** Lets a replica finish its requests. */
    public Verdict drain(String replica, Duration deadline, String reason) {
        return withReplica(replica, found -> found.drain(deadline, reason));
    }

    /** Ends a replica at once. */
    public Verdict stop(String replica, String reason) {
        return withReplica(replica, found -> found.end(ReplicaState.STOPPED, reason));
    }

    private Verdict withReplica(String replica, Consumer<SupervisedReplica> action) {
        SupervisedReplica found = replicas.get(replica);
        if (found == null) {
            return lost.containsKey(replica)
                    ? new Verdict.Accepted()
                    : new Verdict.Refused("This node has no replica '%s'.".formatted(replica));
        }
        action.accept(found);
        return new Verdict.Accepted();
    }

    /** Drains everything and takes no more; {@link #isReleased} tells when it is done. */
    public Verdict release(Duration deadline, String reason) {
        releasing = true;
        List.copyOf(replicas.values()).forEach(replica -> replica.drain(deadline, reason));
        return new Verdict.Accepted();
    }

    /** Ends everything at once. */
    public void endAll(String reason) {
        releasing = true;
        List.copyOf(replicas.values())
                .forEach(replica -> replica.end(ReplicaState.STOPPED, reason));
    }

    public boolean isReleased() {
        return releasing
                && replicas.values().stream().noneMatch(replica -> replica.state().isLive());
    }

    /**
     * Lets time pass.
     *
     * @param starved are the machine's processors all taken?
     */
    public void tick(boolean starved) {
        Instant now = around.clock().instant();
        Duration step = Duration.between(lastTick, now);
        lastTick = now;
        List.copyOf(replicas.values())
                .forEach(replica ->
                        replica.tick(now, step.isNegative() ? Duration.ZERO : step, starved));
        Instant forget = now.minus(REMEMBERED);
        replicas.values()
                .removeIf(replica ->
                        !replica.state().isLive() && replica.changedAt().isBefore(forget));
        lost.values().removeIf(ended -> ended.since().isBefore(forget));
        if (!now.isBefore(nextTrim)) {
            nextTrim = now.plus(TRIM_EVERY);
            logs.trim(liveNames());
        }
    }

    private Set<String> liveNames() {
        return replicas.values().stream()
                .filter(replica -> replica.state().isLive())
                .map(replica -> replica.spec().replica())
                .collect(Collectors.toSet());
    }

    private int taken() {
        return replicas.values().stream()
                .filter(replica -> replica.state().isLive())
                .mapToInt(replica -> replica.spec().thousandths())
                .sum();
    }

    /** Every replica that lives or ended in the last minute. */
    public List<ReplicaStatus> statuses() {
        Instant now = around.clock().instant();
        var statuses = new ArrayList<ReplicaStatus>();
        replicas.values()
                .forEach(replica ->
                        statuses.add(
                                new ReplicaStatus(
                                        replica.entry(),
                                        replica.newestScrape(),
                                        replica.progressAge(now),
                                        replica.isAsleep(),
                                        replica.isAdopted())));
        lost.values()
                .forEach(ended ->
                        statuses.add(new ReplicaStatus(ended.entry(), null, null, false, true)));
        return statuses;
    }

    private void save() {
        try {
            file.write(
                    replicas.values().stream()
                            .map(SupervisedReplica::entry)
                            .filter(entry -> entry.state().isLive())
                            .toList());
        } catch (IOException failed) {
            LOG.error("engines.json could not be written: {}", failed.toString());
        }
    }
}
