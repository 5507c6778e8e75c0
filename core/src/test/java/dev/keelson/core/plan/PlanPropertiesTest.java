package dev.keelson.core.plan;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.testing.AppliedPlan;
import dev.keelson.core.testing.RandomFleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What holds of every plan, whatever the fleet has been through: many fleets by seed, which stands
 * in the failure's name.
 */
final class PlanPropertiesTest {
    private static final int SEEDS = 2_000;

    @Test
    void noNodeIsGivenMoreThanItHasRoomFor() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var fleet = RandomFleet.of(seed);
            var plan = plan(fleet);
            var taken = new TreeMap<NodeId, Integer>();
            for (Replica r : AppliedPlan.taken(fleet.state, plan).replicas().values()) {
                if (r.state().isLive()) {
                    taken.merge(r.node(), r.thousandths(), Integer::sum);
                }
            }
            for (var e : taken.entrySet()) {
                var node = fleet.state.nodes().get(e.getKey());
                if (node != null) {
                    assertThat(e.getValue())
                            .as("seed %d, %s", seed, e.getKey())
                            .isLessThanOrEqualTo(node.capacityThousandths());
                }
            }
        }
    }

    @Test
    void aPlanStartsOnlyWhereReplicasMayStartAndTellsEachReplicaOneThing() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var fleet = RandomFleet.of(seed);
            var plan = plan(fleet);
            var told = new TreeSet<ReplicaId>();
            for (Action action : plan.actions()) {
                switch (action) {
                    case Action.StartReplica a -> {
                        assertThat(told.add(a.target())).as("seed %d: %s", seed, a).isTrue();
                        assertThat(fleet.state.replicas())
                                .as("seed %d: %s", seed, a)
                                .doesNotContainKey(a.target());
                        assertThat(fleet.state.nodes().get(a.node()))
                                .as("seed %d: %s", seed, a)
                                .isNotNull()
                                .matches(Node::takesReplicas);
                    }
                    case Action.DrainReplica a ->
                            assertThat(told.add(a.target())).as("seed %d: %s", seed, a).isTrue();
                    case Action.StopReplica a ->
                            assertThat(told.add(a.target())).as("seed %d: %s", seed, a).isTrue();
                    case Action.Scale _,
                            Action.CordonNode _,
                            Action.UncordonNode _,
                            Action.AcquireNode _,
                            Action.ReleaseNode _,
                            Action.PromoteRevision _,
                            Action.RevertRevision _ -> {}
                }
            }
        }
    }

    @Test
    void whatIsWantedStaysWithinTheBounds() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var fleet = RandomFleet.of(seed);
            for (var e : plan(fleet).memory().deployments().entrySet()) {
                var spec = requireNonNull(fleet.state.deployments().get(e.getKey())).spec();
                assertThat(e.getValue().wanted())
                        .as("seed %d, %s", seed, e.getKey())
                        .isBetween(spec.minReplicas(), spec.maxReplicas());
            }
        }
    }

    @Test
    void aPlanHoldsWhileItsCommandsAreUnderWay() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var fleet = RandomFleet.of(seed);
            if (isRollingOut(fleet)) {
                // A rollout goes on stage by stage: what is done opens the next.
                continue;
            }
            var plan = plan(fleet);
            var unseen = Planner.plan(fleet.state, plan.memory(), fleet.policies);
            assertThat(unseen.actions()).as("seed %d, not seen yet", seed).isEmpty();
            var taken = AppliedPlan.taken(fleet.state, plan);
            var again = Planner.plan(taken, plan.memory(), fleet.policies);
            assertThat(again.actions()).as("seed %d, taken", seed).isEmpty();
        }
    }

    @Test
    void aPlanHoldsOnceItIsDone() {
        int acted = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            var fleet = RandomFleet.undisturbed(seed);
            var plan = plan(fleet);
            if (plan.memory().holds().stream().anyMatch(hold -> hold.contains("NO_CAPACITY"))) {
                // What had no room may find it where another deployment shrank.
                continue;
            }
            acted += plan.actions().isEmpty() ? 0 : 1;
            var done = AppliedPlan.finished(fleet.state, plan, Duration.ofMillis(900));
            var next = Planner.plan(done, plan.memory(), fleet.policies);
            assertThat(next.actions()).as("seed %d", seed).isEmpty();
        }
        assertThat(acted).isGreaterThan(SEEDS / 20);
    }

    @Test
    void moreDemandIsNeverGivenFewerReplicas() {
        int more = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            var fleet = RandomFleet.of(seed);
            for (DeploymentId id : fleet.state.deployments().keySet()) {
                int before = 0;
                for (double load : new double[] {0, 3, 10, 25, 60, 200}) {
                    int wanted = wanted(fleet, fleet.asked(id, load, 0), id);
                    assertThat(wanted)
                            .as("seed %d, %s at %s", seed, id, load)
                            .isGreaterThanOrEqualTo(before);
                    assertThat(wanted(fleet, fleet.asked(id, load, 7), id))
                            .as("seed %d, %s at %s and 7 that wait", seed, id, load)
                            .isGreaterThanOrEqualTo(wanted);
                    more += wanted > before && load > 0 ? 1 : 0;
                    before = wanted;
                }
            }
        }
        assertThat(more).isGreaterThan(SEEDS / 10);
    }

    private static int wanted(RandomFleet fleet, FleetState state, DeploymentId id) {
        var plan = Planner.plan(state, fleet.memory, fleet.policies);
        return requireNonNull(plan.memory().deployments().get(id)).wanted();
    }

    /**
     * No other node that may take it and has room is farther from the siblings; where a deployment
     * tells kinds of accelerator apart, no other of the kind that was chosen.
     */
    @Test
    void aNewReplicaStandsAsFarFromItsSiblingsAsThereIsRoom() {
        int started = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            var fleet = RandomFleet.undisturbed(seed);
            var there = new ArrayList<>(fleet.state.replicas().values());
            for (Action action : plan(fleet).actions()) {
                if (action instanceof Action.StartReplica start
                        && fleet.policies.spot().minOnDemand() == 0) {
                    started++;
                    assertFarthest(seed, fleet, there, start);
                    there.add(AppliedPlan.started(fleet.state, start));
                }
            }
        }
        assertThat(started).isGreaterThan(SEEDS / 10);
    }

    private static void assertFarthest(
            long seed, RandomFleet fleet, List<Replica> there, Action.StartReplica start) {
        var chosen = requireNonNull(fleet.state.nodes().get(start.node()));
        int size =
                requireNonNull(fleet.state.deployments().get(start.deployment()))
                        .spec()
                        .replicaThousandths();
        var siblings =
                there.stream()
                        .filter(r -> r.state().isLive())
                        .filter(r -> r.deployment().equals(start.deployment()))
                        .map(r -> requireNonNull(fleet.state.nodes().get(r.node())))
                        .toList();
        for (Node other : fleet.state.nodes().values()) {
            int taken =
                    there.stream()
                            .filter(r -> r.state().isLive() && r.node().equals(other.id()))
                            .mapToInt(Replica::thousandths)
                            .sum();
            boolean comparable =
                    fleet.policies.acceleratorsOf(start.deployment()).kinds().isEmpty()
                            || KindCosts.kindOf(other).equals(KindCosts.kindOf(chosen));
            if (comparable
                    && other.takesReplicas()
                    && other.capacityThousandths() - taken >= size) {
                assertThat(closeness(chosen, siblings))
                        .as("seed %d: %s instead of %s", seed, start, other.id())
                        .isLessThanOrEqualTo(closeness(other, siblings));
            }
        }
    }

    /** Siblings on the node, then in its rack, then in its zone, as digits of one number. */
    private static long closeness(Node node, List<Node> siblings) {
        long onNode = siblings.stream().filter(s -> s.id().equals(node.id())).count();
        long inRack =
                siblings.stream().filter(s -> s.domain().sharedLevels(node.domain()) >= 3).count();
        long inZone =
                siblings.stream().filter(s -> s.domain().sharedLevels(node.domain()) >= 2).count();
        return (onNode * 1_000 + inRack) * 1_000 + inZone;
    }

    private static boolean isRollingOut(RandomFleet fleet) {
        return fleet.state.deployments().values().stream().anyMatch(d -> d.revisions().size() > 1);
    }

    private static Plan plan(RandomFleet fleet) {
        return Planner.plan(fleet.state, fleet.memory, fleet.policies);
    }
}
