package dev.keelson.launcher.chaos;

import dev.keelson.launcher.CommandFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Puts faults in place. Runs on the supervisor's thread; returns as soon as the fault is there. */
public final class ChaosActions {
    private static final String GATEWAY = "gateway-";
    private static final Duration USUAL_LEAD = Duration.ofMinutes(2);

    /** Every action, in the order of the help. */
    public static final List<String> ALL =
            List.of(
                    "kill-engine",
                    "hang-engine",
                    "kill-node",
                    "restore-node",
                    "partition-node",
                    "spot-notice",
                    "kill-gateway",
                    "kill-control-plane",
                    "stop-kafka",
                    "stop-flink");

    private final FaultPorts faults;

    /** Actions through those ports. */
    public ChaosActions(FaultPorts faults) {
        this.faults = faults;
    }

    /** Puts the fault in place and answers what was hit. */
    public String apply(ChaosRequest request) {
        String target = targetOf(request);
        try {
            if (!put(request, target)) {
                throw new CommandFailure(
                        "%s: there is no running target (%s).".formatted(request.action(), target),
                        "See: keelson get replicas, keelson get nodes, keelson status");
            }
        } catch (IOException e) {
            throw new CommandFailure(
                    "%s of %s failed: %s.".formatted(request.action(), target, e.getMessage()), "");
        }
        return target;
    }

    private boolean put(ChaosRequest request, String target) throws IOException {
        return switch (request.action()) {
            case "kill-engine" -> faults.killEngine(target);
            case "hang-engine" -> hang(target, request);
            case "kill-node" -> takeAway(target, request);
            case "restore-node" -> faults.restoreNode(target);
            case "partition-node" -> partition(target, request);
            case "spot-notice" -> notice(target, request);
            case "kill-gateway" ->
                    target.startsWith(GATEWAY) && faults.killProcess(target, request.lasting());
            case "kill-control-plane", "stop-kafka", "stop-flink" ->
                    faults.killProcess(target, request.lasting());
            default ->
                    throw new CommandFailure(
                            "There is no fault (%s).".formatted(request.action()),
                            "Known: " + String.join(", ", ALL),
                            CommandFailure.USAGE);
        };
    }

    private static String targetOf(ChaosRequest request) {
        return switch (request.action()) {
            case "kill-control-plane" -> "control-plane";
            case "stop-kafka" -> "kafka";
            case "stop-flink" -> "flink";
            case "kill-gateway" -> request.target().isEmpty() ? GATEWAY + 1 : request.target();
            default -> {
                if (request.target().isEmpty()) {
                    throw new CommandFailure(
                            "%s needs a target.".formatted(request.action()),
                            "See: keelson chaos --help",
                            CommandFailure.USAGE);
                }
                yield request.target();
            }
        };
    }

    private boolean hang(String replica, ChaosRequest request) throws IOException {
        boolean done = faults.signalEngine(replica, "STOP");
        Duration lasting = request.lasting();
        if (done && lasting != null) {
            faults.after(lasting, () -> later(() -> faults.signalEngine(replica, "CONT")));
        }
        return done;
    }

    private boolean takeAway(String node, ChaosRequest request) {
        boolean done = faults.takeNode(node, "taken away on purpose");
        Duration lasting = request.lasting();
        if (done && lasting != null) {
            faults.after(lasting, () -> later(() -> faults.restoreNode(node)));
        }
        return done;
    }

    private boolean partition(String node, ChaosRequest request) throws IOException {
        boolean done = faults.partition(node, true);
        Duration lasting = request.lasting();
        if (done && lasting != null) {
            faults.after(lasting, () -> later(() -> faults.partition(node, false)));
        }
        return done;
    }

    private boolean notice(String node, ChaosRequest request) throws IOException {
        Duration lead = request.lead() == null ? USUAL_LEAD : request.lead();
        Instant deadline = faults.now().plus(lead);
        boolean done = faults.notice(node, deadline);
        if (done) {
            // The cloud does not ask whether the node is ready to go.
            faults.after(lead, () -> faults.reclaim(node, deadline));
        }
        return done;
    }

    /** An action that may fail when its time comes: then its target is gone, which is as good. */
    private interface Late {
        boolean run() throws IOException;
    }

    private static void later(Late action) {
        try {
            action.run();
        } catch (IOException e) {
            System.err.printf("A fault could not be undone: %s%n", e.getMessage());
        }
    }
}
