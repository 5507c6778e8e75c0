package dev.keelson.simulator.world;

import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.simulator.trace.Incident;
import dev.keelson.simulator.trace.XidCatalogue;
import dev.keelson.simulator.trace.XidCatalogue.Damage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Plays incidents on the world, each at its time. What hits a replica waits until one is READY, so
 * that every policy is hit as often. Telemetry is disturbed where it is sent. Mutable.
 */
final class Disturbances {
    /** Something to do at a time. It says whether it was done; what was not is tried again. */
    private interface Step {
        boolean play(FleetWorld world);
    }

    private record Due(double at, double until, Step step) {}

    /** What a GPU said: for whoever reads the kernel's log. */
    record LoggedXid(double at, SimNode node, int code) {}

    private final FaultLedger ledger;
    private final List<Due> due = new ArrayList<>();
    private final List<LoggedXid> logged = new ArrayList<>();
    private double nextAt = Double.POSITIVE_INFINITY;

    Disturbances(List<Incident> incidents, FaultLedger ledger) {
        this.ledger = ledger;
        incidents.forEach(this::plan);
        sort();
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /** Everything that the machines' kernels logged so far. */
    List<LoggedXid> logged() {
        return logged;
    }

    void apply(FleetWorld world) {
        while (nextAt <= world.now()) {
            var waiting = new ArrayList<Due>();
            var now = new ArrayList<>(due.stream().filter(d -> d.at() <= world.now()).toList());
            due.removeAll(now);
            for (Due d : now) {
                if (!d.step().play(world) && d.until() > world.now()) {
                    waiting.add(new Due(world.now() + 1, d.until(), d.step()));
                }
            }
            due.addAll(waiting);
            sort();
        }
    }

    private void sort() {
        due.sort(Comparator.comparingDouble(Due::at));
        nextAt = due.isEmpty() ? Double.POSITIVE_INFINITY : due.getFirst().at();
    }

    private void at(double seconds, Consumer<FleetWorld> step) {
        due.add(
                new Due(
                        seconds,
                        Double.POSITIVE_INFINITY,
                        world -> {
                            step.accept(world);
                            return true;
                        }));
    }

    private void plan(Incident incident) {
        double at = seconds(incident.at());
        double until = at + seconds(incident.lasts());
        switch (incident) {
            case Incident.NodeLoss loss -> plan(loss);
            case Incident.Xid xid -> at(at, world -> log(world, xid, until));
            case Incident.StuckPending stuck -> at(at, world -> hold(world, stuck, until));
            case Incident.Hang hang ->
                    due.add(new Due(at, until, world -> hang(world, hang, until)));
            case Incident.Slow slow when slow.wholeNode() ->
                    at(at, world -> slowNode(world, slow, until));
            case Incident.Slow slow ->
                    due.add(new Due(at, until, world -> slowReplica(world, slow, until)));
            case Incident.TelemetryLoss loss -> {
                // Telemetry knows its own.
            }
        }
    }

    private void plan(Incident.NodeLoss loss) {
        double at = seconds(loss.at());
        double lost = at + seconds(loss.lead());
        double back = lost + seconds(loss.lasts());
        boolean announced = !loss.lead().isZero();
        if (announced) {
            at(
                    at,
                    world -> {
                        var node = world.node(loss.node());
                        node.noticeSeconds = world.now();
                        node.noticeDeadlineSeconds = lost;
                        ledger.strikeNode("spot-loss", world.now(), back, node);
                    });
        }
        at(
                lost,
                world -> {
                    var node = world.node(loss.node());
                    if (!announced) {
                        ledger.strikeNode("node-loss", world.now(), back, node);
                    }
                    takeAway(world, node);
                });
        at(back, world -> giveBack(world, world.node(loss.node())));
    }

    static void takeAway(FleetWorld world, SimNode node) {
        node.outages++;
        if (node.up) {
            node.up = false;
            node.warm = false;
            world.replicas().stream()
                    .filter(r -> r.node == node && r.isLive())
                    .forEach(world::lose);
        }
    }

    static void giveBack(FleetWorld world, SimNode node) {
        node.outages--;
        if (node.outages > 0) {
            return;
        }
        // What ran there does not run any more: the replicas are surely gone.
        world.replicas().stream().filter(r -> r.node == node && r.lost).forEach(world::stop);
        node.up = true;
        node.mendGpus();
        node.noticeSeconds = Double.NaN;
        node.noticeDeadlineSeconds = Double.NaN;
    }

    private void log(FleetWorld world, Incident.Xid xid, double until) {
        var node = world.node(xid.node());
        if (!node.up) {
            return;
        }
        logged.add(new LoggedXid(world.now(), node, xid.code()));
        var damage = XidCatalogue.bundled().damage(xid.code());
        if (damage == Damage.NONE) {
            return;
        }
        var victim = oldestReady(world, xid.node());
        var gpus = new BitSet();
        if (victim == null) {
            gpus.set(0);
        } else {
            gpus.set(victim.gpus.nextSetBit(0));
        }
        if (damage == Damage.PROCESS && victim == null) {
            return;
        }
        ledger.strike("xid-" + xid.code(), world.now(), until, node, victim);
        if (damage != Damage.PROCESS) {
            node.breakGpus(gpus);
            at(until, w -> node.mendGpus(gpus));
        }
        // Whoever uses the GPU dies of it, READY or not.
        world.replicas().stream()
                .filter(r -> r.node == node && r.isLive() && r.gpus.intersects(gpus))
                .toList()
                .forEach(r -> world.fail(r, "xid-" + xid.code()));
    }

    private boolean hang(FleetWorld world, Incident.Hang hang, double until) {
        var victim = oldestReady(world, hang.node());
        if (victim == null) {
            return false;
        }
        victim.hang(world.now(), hang.healthAnswers());
        ledger.strike("hang", world.now(), until, victim.node, victim);
        at(until, w -> victim.resume(w.now()));
        return true;
    }

    private boolean slowReplica(FleetWorld world, Incident.Slow slow, double until) {
        var victim = oldestReady(world, slow.node());
        if (victim == null) {
            return false;
        }
        victim.slowdown *= slow.factor();
        victim.pace(world.now());
        ledger.strike("slow-replica", world.now(), until, victim.node, victim);
        at(
                until,
                w -> {
                    victim.slowdown = exact(victim.slowdown / slow.factor());
                    victim.pace(w.now());
                });
        return true;
    }

    private void slowNode(FleetWorld world, Incident.Slow slow, double until) {
        var node = world.node(String.valueOf(slow.node()));
        pace(world, node, slow.factor());
        ledger.strikeNode("slow-node", world.now(), until, node);
        at(until, w -> pace(w, node, 1 / slow.factor()));
    }

    private void hold(FleetWorld world, Incident.StuckPending stuck, double until) {
        var node = world.node(stuck.node());
        node.stuckUntilSeconds = Math.max(node.stuckUntilSeconds, until);
        ledger.strikeNode("stuck-pending", world.now(), until, node);
    }

    private static void pace(FleetWorld world, SimNode node, double factor) {
        node.slowdown = exact(node.slowdown * factor);
        world.replicas().stream()
                .filter(r -> r.node == node && r.isLive())
                .forEach(r -> r.pace(world.now()));
    }

    /** Its own pace is exactly 1, in spite of rounding. */
    private static double exact(double factor) {
        return Math.abs(factor - 1) < 1e-9 ? 1 : factor;
    }

    /**
     * @param node null for any
     */
    private static @Nullable SimReplica oldestReady(FleetWorld world, @Nullable String node) {
        return world.replicas().stream()
                .filter(r -> r.state == ReplicaState.READY && !r.lost && !r.isHung())
                .filter(r -> node == null || r.node.id.value().equals(node))
                .min(
                        Comparator.comparingDouble((SimReplica r) -> r.decidedSeconds)
                                .thenComparing(r -> r.node.id)
                                .thenComparingInt(r -> r.gpus.nextSetBit(0)))
                .orElse(null);
    }
}
