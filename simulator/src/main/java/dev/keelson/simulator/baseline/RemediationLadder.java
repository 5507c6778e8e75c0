package dev.keelson.simulator.baseline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A ladder like NVSentinel's, from its description: a fatal fault of a GPU cordons its node, which
 * is drained within 60 s, whatever it serves; then its GPUs are reset or the machine is started
 * again, and the cordon goes. The second time within seven days the node is taken out for good.
 * Once half of the nodes were cordoned within five minutes no more are. The times of a reset and a
 * restart are ours. Mutable.
 */
public final class RemediationLadder {
    /** Time that what runs on the node has to leave it. */
    public static final double DRAIN_SECONDS = 60;

    /** Assumed time of a reset of a node's GPUs. */
    public static final double RESET_SECONDS = 60;

    /** Assumed time until a machine is back from a restart. */
    public static final double RESTART_SECONDS = 300;

    private static final double REPEAT_SECONDS = 7 * 86_400.0;
    private static final double BREAKER_SECONDS = 300;
    private static final double BREAKER_SHARE = 0.5;

    /** What to do with a node. */
    public enum Step {
        /** Nothing new goes there; what runs there leaves. */
        QUARANTINE,
        RESET,
        RESTART,
        /** Its GPUs work again: the cordon goes. */
        RETURN,
        /** It stays cordoned for people to look at. */
        TAKE_OUT
    }

    public record Order(String node, Step step) {}

    /**
     * A fatal fault.
     *
     * @param needsRestart a reset of the GPU is not enough
     */
    public record Fault(String node, boolean needsRestart) {}

    private enum Phase {
        DRAINING,
        MENDING,
        OUT
    }

    private static final class Patient {
        Phase phase = Phase.DRAINING;
        boolean needsRestart;
        double until;
    }

    private final int nodes;
    private final SortedMap<String, Patient> patients = new TreeMap<>();
    private final SortedMap<String, Double> mendedAt = new TreeMap<>();
    private final ArrayDeque<Double> cordons = new ArrayDeque<>();

    /**
     * @param nodes of the fleet
     */
    public RemediationLadder(int nodes) {
        this.nodes = nodes;
    }

    /**
     * @param faults since the step before
     * @param empty nodes on which nothing runs
     */
    public List<Order> step(double nowSeconds, List<Fault> faults, Set<String> empty) {
        var orders = new ArrayList<Order>();
        for (Fault fault : faults) {
            var known = patients.get(fault.node());
            if (known != null) {
                known.needsRestart |= fault.needsRestart();
            } else if (mayCordon(nowSeconds)) {
                cordons.add(nowSeconds);
                var patient = new Patient();
                patient.needsRestart = fault.needsRestart();
                patient.until = nowSeconds + DRAIN_SECONDS;
                patients.put(fault.node(), patient);
                orders.add(new Order(fault.node(), Step.QUARANTINE));
            }
        }
        for (var entry : new TreeMap<>(patients).entrySet()) {
            boolean left = empty.contains(entry.getKey());
            var next = next(nowSeconds, entry.getKey(), entry.getValue(), left);
            if (next != null) {
                orders.add(new Order(entry.getKey(), next));
            }
        }
        return orders;
    }

    private boolean mayCordon(double now) {
        while (!cordons.isEmpty() && cordons.getFirst() < now - BREAKER_SECONDS) {
            cordons.removeFirst();
        }
        return cordons.size() < BREAKER_SHARE * nodes;
    }

    private @Nullable Step next(double now, String node, Patient patient, boolean isEmpty) {
        return switch (patient.phase) {
            case DRAINING ->
                    isEmpty || now >= patient.until ? afterDrain(now, node, patient) : null;
            case MENDING -> now >= patient.until ? afterMending(now, node) : null;
            case OUT -> null;
        };
    }

    private Step afterDrain(double now, String node, Patient patient) {
        var before = mendedAt.get(node);
        if (before != null && now - before < REPEAT_SECONDS) {
            patient.phase = Phase.OUT;
            return Step.TAKE_OUT;
        }
        patient.phase = Phase.MENDING;
        patient.until = now + (patient.needsRestart ? RESTART_SECONDS : RESET_SECONDS);
        return patient.needsRestart ? Step.RESTART : Step.RESET;
    }

    private Step afterMending(double now, String node) {
        mendedAt.put(node, now);
        patients.remove(node);
        return Step.RETURN;
    }
}
