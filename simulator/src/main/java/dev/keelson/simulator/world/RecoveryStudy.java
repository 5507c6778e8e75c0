package dev.keelson.simulator.world;

import dev.keelson.core.policy.AutoscalingPolicy;
import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.Trace;
import java.util.List;

/**
 * Plays the same faults on a fleet of a fixed number of replicas under several ways of recovery, so
 * that nothing but recovery differs. All have the same gateway.
 */
public final class RecoveryStudy {
    /** Every name, in the order of the documentation. */
    public static final List<String> NAMES =
            List.of("none", "kubernetes", "slow-broker", "nvsentinel", "keelson");

    private static final double SHIPPED_INTERVAL_SECONDS = 300;
    private static final double HEADROOM = 1.2;

    private final Fleet fleet;
    private final Trace trace;
    private final int replicas;
    private final long seed;

    /**
     * @param replicas 0 for the need of the busiest minute and a fifth more
     */
    public RecoveryStudy(Fleet fleet, Trace trace, int replicas, long seed) {
        this.trace = trace;
        this.seed = seed;
        this.replicas = replicas > 0 ? replicas : peak(fleet, trace, seed);
        if (this.replicas > fleet.capacity()) {
            throw new IllegalArgumentException(
                    "The replicas (%d) must be at most the %d that the nodes have room for."
                            .formatted(this.replicas, fleet.capacity()));
        }
        this.fleet = fleet.forPrefixesOf(trace).withReplicas(this.replicas);
    }

    private static int peak(Fleet fleet, Trace trace, long seed) {
        double need =
                Capacity.of(fleet, trace, seed).demand(fleet, trace, 60).stream()
                        .mapToDouble(d -> d)
                        .max()
                        .orElse(1);
        return Math.max(1, Math.min(fleet.capacity(), (int) Math.ceil(HEADROOM * need)));
    }

    public Fleet fleet() {
        return fleet;
    }

    public int replicas() {
        return replicas;
    }

    /** Refuses unknown names and options before anything is played. */
    public void check(List<PolicyChoice> choices) {
        for (PolicyChoice choice : choices) {
            scaler(choice);
            choice.noMoreOptions();
        }
    }

    /** One row; rows do not see each other. */
    public RecoveryResult play(PolicyChoice choice) {
        var world =
                new FleetWorld(
                        fleet, trace, scaler(choice), group -> ReplicaModel.of(fleet, group), seed);
        world.ledger().expect(replicas);
        var run = world.run(choice.text(), replicas);
        return new RecoveryResult(
                run,
                world.ledger().faults(),
                world.ledger().falsePositives(),
                world.ledger().capacityLostReplicaHours());
    }

    private Scaler scaler(PolicyChoice choice) {
        double tpot = Disturbances.seconds(fleet.slo().tpot());
        int nodes = fleet.nodeNames().size();
        return switch (choice.name()) {
            case "none" -> new NoRecovery();
            case "kubernetes" -> new KubernetesRecovery(null);
            case "slow-broker" ->
                    new KubernetesRecovery(
                            new SlowBrokerExtra(
                                    choice.option("interval", SHIPPED_INTERVAL_SECONDS, 1, 86_400),
                                    tpot));
            case "nvsentinel" -> new KubernetesRecovery(new LadderExtra(nodes));
            case "keelson" ->
                    new ProductionScaler(fleet, autoscaling(), new Telemetry<>(fleet, seed));
            default ->
                    throw new IllegalArgumentException(
                            "There is no faults policy (%s); known: %s."
                                    .formatted(choice.name(), String.join(", ", NAMES)));
        };
    }

    private static AutoscalingPolicy autoscaling() {
        return ProductionScaler.defaults();
    }
}
