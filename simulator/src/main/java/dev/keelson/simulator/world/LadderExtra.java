package dev.keelson.simulator.world;

import dev.keelson.simulator.baseline.RemediationLadder;
import dev.keelson.simulator.trace.XidCatalogue;
import dev.keelson.simulator.trace.XidCatalogue.Damage;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads the kernels' logs and carries out what the ladder orders. An XID is seen at once. */
final class LadderExtra implements KubernetesRecovery.Extra {
    private final RemediationLadder ladder;
    private int read;

    LadderExtra(int nodes) {
        ladder = new RemediationLadder(nodes);
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("ladder", "cordon, drain 60s, reset 60s or restart 300s, out the 2nd time in 7d");
        p.put("ladderBreaker", "0.5 of nodes in 300s");
        return p;
    }

    @Override
    public void tick(FleetWorld world, KubernetesRecovery pods) {
        var faults = new ArrayList<RemediationLadder.Fault>();
        var logged = world.loggedXids();
        for (; read < logged.size(); read++) {
            var xid = logged.get(read);
            var damage = XidCatalogue.bundled().damage(xid.code());
            if (damage == Damage.GPU || damage == Damage.MACHINE) {
                faults.add(
                        new RemediationLadder.Fault(
                                xid.node().id.value(), damage == Damage.MACHINE));
            }
        }
        var empty = new TreeSet<String>();
        for (SimNode node : world.nodes()) {
            if (world.replicas().stream().noneMatch(r -> r.node == node && r.isLive())) {
                empty.add(node.id.value());
            }
        }
        for (var order : ladder.step(world.now(), faults, empty)) {
            carryOut(world, pods, world.node(order.node()), order.step());
        }
    }

    private static void carryOut(
            FleetWorld world, KubernetesRecovery pods, SimNode node, RemediationLadder.Step step) {
        switch (step) {
            case QUARANTINE -> {
                node.cordoned = true;
                world.ledger().accuse(node, world.now());
                pods.evict(world, node, null, RemediationLadder.DRAIN_SECONDS);
            }
            case RESET -> {
                // The time passes; what it mends is mended at its end.
            }
            case RESTART -> Disturbances.takeAway(world, node);
            case RETURN -> {
                if (!node.up) {
                    Disturbances.giveBack(world, node);
                }
                node.mendGpus();
                node.cordoned = false;
            }
            case TAKE_OUT -> {
                // It stays cordoned.
            }
        }
    }
}
