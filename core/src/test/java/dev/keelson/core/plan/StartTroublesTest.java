package dev.keelson.core.plan;

import static dev.keelson.core.testing.FleetBuilder.CHAT;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.plan.PlannerMemory.StartTrouble;
import dev.keelson.core.testing.AppliedPlan;
import dev.keelson.core.testing.FleetBuilder;
import dev.keelson.core.testing.FleetModel;
import dev.keelson.core.testing.RandomFleet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Nodes on which starts fail. */
final class StartTroublesTest {
    /** Three nodes with room for two replicas each; none starts on those that are stuck. */
    private static List<NodeId> starts(
            FleetModel fleet, Set<String> stuck, boolean ends, Duration time) {
        var nodes = new ArrayList<NodeId>();
        for (var end = fleet.now.plus(time); fleet.now.isBefore(end); ) {
            for (Replica r : List.copyOf(fleet.replicas.values())) {
                if (r.state() == ReplicaState.STARTING && stuck.contains(r.node().value())) {
                    // Stuck: it is STARTING since now, whenever now is.
                    fleet.to(
                            r,
                            ends ? ReplicaState.FAILED : ReplicaState.STARTING,
                            ends ? "exit code 1" : null);
                }
            }
            for (Action action : fleet.tick().actions()) {
                if (action instanceof Action.StartReplica start) {
                    nodes.add(start.node());
                }
            }
        }
        return nodes;
    }

    private static SortedMap<NodeId, StartTrouble> troubles(FleetModel fleet) {
        return troubles(fleet.memory, CHAT);
    }

    private static SortedMap<NodeId, StartTrouble> troubles(PlannerMemory memory, DeploymentId id) {
        return requireNonNull(memory.deployments().get(id)).startTroubles();
    }

    @Test
    void aStartThatTimedOutIsTriedAgainOnAnotherNode() {
        var fleet = new FleetModel(3, 3, 4);
        var timeout = fleet.policies.recovery().startTimeout();
        var nodes = starts(fleet, Set.of("node-2"), false, timeout.plusSeconds(20));
        assertThat(nodes).hasSize(4);
        assertThat(nodes.getLast().value()).isNotEqualTo("node-2");
        assertThat(fleet.ready()).isEqualTo(3);
        var again = fleet.decisions.getLast();
        assertThat(again.code()).isEqualTo(Reason.START_FAILED);
        assertThat(again.rejected())
                .filteredOn(r -> r.candidate().equals("node-2"))
                .singleElement()
                .extracting(Decision.Rejected::constraint)
                .asString()
                .startsWith("starts failed there: avoided until ");
    }

    @Test
    void anEngineThatEndedAtItsStartIsTriedOnceMoreThere() {
        var fleet = new FleetModel(0, 2, 4);
        fleet.addNode("node-1", "zone-1", CapacityType.ON_DEMAND);
        fleet.addNode("node-2", "zone-2", CapacityType.ON_DEMAND);
        var nodes = starts(fleet, Set.of("node-2"), true, Duration.ofSeconds(30));
        assertThat(nodes.stream().map(NodeId::value))
                .containsExactly("node-1", "node-2", "node-2", "node-1");
        assertThat(fleet.ready()).isEqualTo(2);
    }

    @Test
    void itIsChosenWhereNoOtherNodeHasRoomAndTheDecisionSaysSo() {
        var fleet = new FleetModel(1, 1, 4);
        var timeout = fleet.policies.recovery().startTimeout();
        var nodes = starts(fleet, Set.of("node-1"), false, timeout.plusSeconds(10));
        assertThat(nodes).hasSize(2);
        assertThat(fleet.decisions.getLast().reason())
                .endsWith("; starts failed there lately, and no other node can take it.");
    }

    @Test
    void itIsTriedAgainAfterAWhileThatDoublesWithEachFailureAndForgivenOnceItServes() {
        var fleet = new FleetModel(1, 1, 4);
        var timeout = fleet.policies.recovery().startTimeout();
        starts(fleet, Set.of("node-1"), false, timeout.plusSeconds(2));
        var first = until(fleet);
        assertThat(Duration.between(fleet.now, first))
                .isBetween(StartTroubles.FIRST.minusSeconds(2), StartTroubles.FIRST);
        starts(fleet, Set.of("node-1"), true, Duration.ofSeconds(10));
        assertThat(Duration.between(fleet.now, until(fleet)))
                .isGreaterThan(StartTroubles.FIRST.multipliedBy(2).minusSeconds(10));
        fleet.run(Duration.ofMinutes(2));
        assertThat(fleet.ready()).isEqualTo(1);
        assertThat(troubles(fleet)).isEmpty();
    }

    private static Instant until(FleetModel fleet) {
        return requireNonNull(troubles(fleet).get(new NodeId("node-1"))).avoidUntil();
    }

    @Test
    void failuresAreForgottenInTheEnd() {
        var fleet = new FleetModel(3, 1, 4);
        var timeout = fleet.policies.recovery().startTimeout();
        starts(fleet, Set.of("node-1"), false, timeout.plusSeconds(20));
        assertThat(troubles(fleet)).containsOnlyKeys(new NodeId("node-1"));
        fleet.run(StartTroubles.FIRST.plus(StartTroubles.KEPT));
        assertThat(troubles(fleet)).isEmpty();
        var memory = fleet.memory;
        fleet.run(Duration.ofMinutes(1));
        assertThat(fleet.memory).isEqualTo(memory);
    }

    @Test
    void aRevisionThatIsGivenUpTakesTheBlameFromTheNodes() {
        var fleet = new FleetModel(3, 2, 4).run(Duration.ofSeconds(20));
        fleet.revisions.add(FleetBuilder.revision(2));
        fleet.brokenRevisions.add(2);
        fleet.run(Duration.ofSeconds(3));
        assertThat(troubles(fleet)).isNotEmpty();
        fleet.run(Duration.ofMinutes(2));
        assertThat(fleet.incidents).extracting(IncidentChange::kind).contains("bad-revision");
        assertThat(troubles(fleet)).isEmpty();
    }

    /** Among the nodes that could take a replica an avoided one is chosen only with all others. */
    @Test
    void noReplicaStartsOnAnAvoidedNodeWhileAnotherHasRoom() {
        int avoided = 0;
        for (long seed = 0; seed < 2_000; seed++) {
            var fleet = RandomFleet.undisturbed(seed);
            var random = new Random(seed);
            var deployments = new TreeMap<>(fleet.memory.deployments());
            if (deployments.isEmpty()) {
                continue;
            }
            var bad = new TreeSet<NodeId>();
            fleet.state.nodes().keySet().stream()
                    .filter(_ -> random.nextBoolean())
                    .forEach(bad::add);
            deployments.replaceAll((_, m) -> avoiding(m, bad, fleet.state.observedAt()));
            var memory = with(fleet.memory, deployments);
            var there = new ArrayList<>(fleet.state.replicas().values());
            var plan = Planner.plan(fleet.state, memory, fleet.policies);
            for (Action action : plan.actions()) {
                if (action instanceof Action.StartReplica start) {
                    // A replica that the state shows READY for the first time forgave its node.
                    if (troubles(plan.memory(), start.deployment()).containsKey(start.node())) {
                        assertNoOther(seed, fleet, there, start, bad);
                        avoided++;
                    }
                    there.add(AppliedPlan.started(fleet.state, start));
                }
            }
        }
        assertThat(avoided).isPositive();
    }

    private static void assertNoOther(
            long seed,
            RandomFleet fleet,
            List<Replica> there,
            Action.StartReplica start,
            Set<NodeId> bad) {
        var spec = requireNonNull(fleet.state.deployments().get(start.deployment())).spec();
        for (var node : fleet.state.nodes().values()) {
            int taken =
                    there.stream()
                            .filter(r -> r.state().isLive() && r.node().equals(node.id()))
                            .mapToInt(Replica::thousandths)
                            .sum();
            boolean fits =
                    node.takesReplicas()
                            && node.capacityThousandths() - taken >= spec.replicaThousandths();
            assertThat(fits && !bad.contains(node.id()))
                    .as("seed %d: %s instead of %s", seed, start, node.id())
                    .isFalse();
        }
    }

    private static PlannerMemory.DeploymentMemory avoiding(
            PlannerMemory.DeploymentMemory m, Set<NodeId> bad, Instant now) {
        var troubles = new TreeMap<NodeId, StartTrouble>();
        bad.forEach(node -> troubles.put(node, new StartTrouble(2, now.plusSeconds(60))));
        return new PlannerMemory.DeploymentMemory(
                m.wanted(),
                m.serving(),
                m.lastGood(),
                m.badRevisions(),
                m.aboveSince(),
                m.needs(),
                m.startFailures(),
                m.notBefore(),
                m.cause(),
                m.forecastNeeds(),
                m.leadTime(),
                m.advised(),
                m.experts(),
                m.expertsAt(),
                m.crashes(),
                troubles);
    }

    private static PlannerMemory with(
            PlannerMemory m, SortedMap<DeploymentId, PlannerMemory.DeploymentMemory> all) {
        return new PlannerMemory(
                m.nextReplica(),
                all,
                m.nodes(),
                m.incidents(),
                m.answeredRequests(),
                m.starts(),
                m.drains(),
                m.seenReady(),
                m.lost(),
                m.drainingNodes(),
                m.idleSince(),
                m.cordoned(),
                m.holds(),
                m.breaker(),
                m.acquisition());
    }
}
