package dev.keelson.launcher.fleet;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.chaos.ChaosActions;
import dev.keelson.launcher.chaos.ChaosRequest;
import dev.keelson.launcher.distribution.Component;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The processes of one data folder under one supervisor. Belongs to the supervisor's thread. */
final class LocalFleet {
    /** The whole of down stays below 20 s: engines drain inside the agents' share. */
    static final List<Supervisor.Group> ORDER_OF_END =
            List.of(
                    new Supervisor.Group(List.of("loadgen"), Duration.ofSeconds(1)),
                    new Supervisor.Group(List.of("gateway"), Duration.ofSeconds(3)),
                    new Supervisor.Group(List.of("node-agent"), Duration.ofSeconds(6)),
                    new Supervisor.Group(
                            List.of("control-plane", "forecaster"), Duration.ofSeconds(3)),
                    new Supervisor.Group(List.of("flink", "kafka"), Duration.ofSeconds(4)),
                    new Supervisor.Group(List.of("metadata"), Duration.ofSeconds(1)));

    /** A JVM that records writes what it learnt when it ends, which takes seconds. */
    private static final Duration WHILE_RECORDING = Duration.ofMinutes(1);

    private final FleetFolder folder;
    private final Supervisor supervisor;
    private final Joiner joiner;
    private final ChaosActions chaos;
    private final SequencedSet<String> joining = new LinkedHashSet<>();
    private final Set<String> granted = new HashSet<>();
    private FleetPlan plan;

    LocalFleet(FleetPlan plan, InstantSource clock, Consumer<List<FleetState.Entry>> whenChanged) {
        this.plan = plan;
        this.folder = plan.folder();
        this.supervisor = new Supervisor(clock, this::reasonToWait, whenChanged);
        this.joiner = new Joiner(folder, plan.url("control-plane"), clock);
        this.chaos = new ChaosActions(new FleetFaults(folder, supervisor, clock, this::isSpot));
    }

    Supervisor supervisor() {
        return supervisor;
    }

    /** Ends everything, engines last of all when their agents left them. */
    void end(InstantSource clock) throws InterruptedException {
        if (plan.distribution().recordings().isEmpty()) {
            supervisor.shutDown(ORDER_OF_END);
            Leftovers.endEngines(folder, clock);
        } else {
            supervisor.shutDown(
                    ORDER_OF_END.stream()
                            .map(group -> new Supervisor.Group(group.kinds(), WHILE_RECORDING))
                            .toList());
            Leftovers.endEngines(folder, clock, WHILE_RECORDING);
        }
    }

    /** Writes the configuration and adds every process; those that must join wait for a token. */
    void start() throws IOException {
        plan.writeCoreConfigs();
        supervisor.add(plan.child("kafka", Component.KAFKA));
        supervisor.add(plan.child("control-plane", Component.CONTROL_PLANE));
        supervisor.add(plan.child("flink", Component.STREAMS));
        if (plan.distribution().has(Component.FORECASTER)) {
            supervisor.add(plan.child("forecaster", Component.FORECASTER));
        }
        supervisor.add(plan.child("metadata", Component.METADATA));
        plan.gateways().forEach(name -> supervisor.add(plan.child(name, Component.GATEWAY)));
        for (FleetPlan.NodePlan node : plan.nodes()) {
            Notices.clear(folder, node.name());
            Files.deleteIfExists(folder.faultHook(node.name()));
            supervisor.add(plan.child(node.name(), Component.AGENT));
        }
        if (!plan.choices().options().trace().equals(FleetOptions.NO_TRACE)) {
            supervisor.add(plan.loadgen(Manifests.SERVED_MODEL));
        }
    }

    private @Nullable String reasonToWait(ChildSpec spec) {
        Optional<Path> home = joinerFolder(spec);
        if (home.isEmpty() || joiner.hasIdentity(home.get())) {
            return null;
        }
        if (granted.remove(spec.name())) {
            return null;
        }
        joining.add(spec.name());
        return "waits for the control plane to let it join";
    }

    private Optional<Path> joinerFolder(ChildSpec spec) {
        return switch (spec.kind()) {
            case "gateway" -> Optional.of(folder.gateway(spec.name()));
            case "node-agent" -> Optional.of(folder.node(spec.name()));
            default -> Optional.empty();
        };
    }

    /** Names that wait for a join token. */
    List<String> waiting() {
        return List.copyOf(joining);
    }

    Joiner joiner() {
        return joiner;
    }

    /** Writes the configuration of a process that may join, and starts it. */
    void grant(String name, FleetPlan.JoinGrant grant) {
        joining.remove(name);
        if (!supervisor.knows(name)) {
            return;
        }
        try {
            if (plan.gateways().contains(name)) {
                plan.writeGateway(name, grant);
            } else {
                for (FleetPlan.NodePlan node : plan.nodes()) {
                    if (node.name().equals(name)) {
                        plan.writeAgent(node, grant);
                    }
                }
            }
            granted.add(name);
            supervisor.admit(name);
        } catch (IOException e) {
            Supervisor.tell("write the configuration of " + name, e);
            joining.add(name);
        }
    }

    /** Starts one more agent and answers its name. */
    String acquire(String capacityType) {
        long running =
                supervisor.entries().stream()
                        .filter(e -> e.kind().equals("node-agent"))
                        .filter(e -> !e.state().equals("held") && !e.state().equals("stopped"))
                        .count();
        int most = plan.choices().options().maxNodes();
        if (running >= most) {
            throw new CommandFailure(
                    "All %d nodes run already.".formatted(most),
                    "Start the fleet with a larger --max-nodes.");
        }
        int number = plan.nodes().size() + 1;
        while (supervisor.knows("node-" + number)) {
            number++;
        }
        String name = "node-" + number;
        var acquired = new TreeMap<>(plan.choices().acquired());
        acquired.put(name, capacityType.equals("SPOT") ? "SPOT" : "ON_DEMAND");
        change(plan.choices().withAcquired(acquired));
        supervisor.add(plan.child(name, Component.AGENT));
        return name;
    }

    /** Ends an agent for good. */
    boolean release(String name) {
        var acquired = new TreeMap<>(plan.choices().acquired());
        acquired.remove(name);
        joining.remove(name);
        boolean known = supervisor.remove(name);
        if (known) {
            change(plan.choices().withAcquired(acquired));
        }
        return known;
    }

    private void change(FleetChoices wanted) {
        var chance = RandomGenerator.getDefault();
        var next = new FleetPlan(folder, wanted, plan.distribution());
        var ports = new TreeMap<>(wanted.ports());
        for (String name : next.portNames()) {
            if (!ports.containsKey(name)) {
                ports.putAll(Ports.choose(List.of(name), new TreeMap<>(), chance));
            }
        }
        plan = new FleetPlan(folder, wanted.withPorts(ports), plan.distribution());
        try {
            plan.choices().write(folder);
        } catch (IOException e) {
            Supervisor.tell("keep the choice of nodes", e);
        }
    }

    private boolean isSpot(String name) {
        return plan.nodes().stream().anyMatch(node -> node.name().equals(name) && node.spot());
    }

    /** Puts a fault in place and answers its target. */
    String chaos(ChaosRequest request) {
        if (!plan.choices().options().chaos()) {
            throw new CommandFailure(
                    "Chaos is off in this fleet.", "Start it with: keelson up --chaos");
        }
        return chaos.apply(request);
    }
}
