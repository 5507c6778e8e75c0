package dev.keelson.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.OperatorRequest;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.fleet.Revision;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.Freeze;
import dev.keelson.core.testing.FleetBuilder;
import dev.keelson.core.testing.FleetModel;
import dev.keelson.core.testing.PoliciesBuilder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlannerScenariosTest {
    private static FleetModel steady(int nodes, int min, int max) {
        var fleet = new FleetModel(nodes, min, max).run(Duration.ofSeconds(20));
        assertThat(fleet.ready()).isEqualTo(min);
        fleet.decisions.clear();
        fleet.incidents.clear();
        fleet.fewestReady = Integer.MAX_VALUE;
        return fleet;
    }

    private static Replica anyReady(FleetModel fleet) {
        return fleet.replicas.values().stream()
                .filter(r -> r.state() == ReplicaState.READY)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> kinds(FleetModel fleet) {
        return fleet.incidents.stream()
                .filter(IncidentChange.Opened.class::isInstance)
                .map(IncidentChange::kind)
                .toList();
    }

    private static long actions(FleetModel fleet, Class<? extends Action> type) {
        return fleet.decisions.stream()
                .flatMap(d -> d.actions().stream())
                .filter(type::isInstance)
                .count();
    }

    @Test
    void startsTheMinimumOnDifferentNodesAndThenKeepsStill() {
        var fleet = steady(3, 2, 4);
        assertThat(fleet.replicas.values().stream().map(Replica::node).distinct()).hasSize(2);
        var memory = fleet.memory;
        fleet.run(Duration.ofMinutes(5));
        assertThat(fleet.decisions).isEmpty();
        assertThat(fleet.memory).isEqualTo(memory);
    }

    @Test
    void replacesALostEngineInAnotherFaultDomain() {
        var fleet = steady(3, 2, 4);
        var lost = anyReady(fleet);
        fleet.to(lost, ReplicaState.FAILED, "exit code 137");
        fleet.run(Duration.ofSeconds(10));
        assertThat(kinds(fleet)).containsExactly("engine-lost");
        assertThat(fleet.ready()).isEqualTo(2);
        assertThat(actions(fleet, Action.StartReplica.class)).isEqualTo(1);
        assertThat(fleet.replicas.values())
                .filteredOn(r -> r.state() == ReplicaState.READY)
                .noneMatch(r -> r.node().equals(lost.node()));
        assertThat(fleet.incidents.getLast()).isInstanceOf(IncidentChange.Resolved.class);
    }

    @Test
    void namesAHungEngineSo() {
        var fleet = steady(3, 2, 4);
        fleet.to(anyReady(fleet), ReplicaState.FAILED, "hung");
        fleet.run(Duration.ofSeconds(10));
        assertThat(kinds(fleet)).containsExactly("engine-hung");
        assertThat(fleet.ready()).isEqualTo(2);
    }

    @Test
    void replacesTheReplicasOfASilentNodeAndDrainsThemWhenItReturns() {
        var fleet = steady(3, 2, 4);
        var node = anyReady(fleet).node();
        fleet.silence(node.value());
        fleet.run(Duration.ofSeconds(10));
        assertThat(kinds(fleet)).containsExactly("node-lost");
        assertThat(fleet.memory.nodes()).containsEntry(node, NodeState.LOST);
        assertThat(fleet.ready()).isEqualTo(2);
        fleet.silent.clear();
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.ready()).isEqualTo(2);
        assertThat(fleet.replicas.values())
                .filteredOn(r -> r.state() == ReplicaState.READY)
                .noneMatch(r -> r.node().equals(node));
        assertThat(fleet.incidents.stream().filter(IncidentChange.Resolved.class::isInstance))
                .hasSize(1);
    }

    @Test
    void keepsTheEnginesOfAnAgentThatStartsAgainWithinTheWindow() {
        var fleet = steady(3, 2, 4);
        var node = anyReady(fleet).node();
        fleet.silence(node.value());
        fleet.run(Duration.ofSeconds(3));
        assertThat(fleet.memory.nodes()).containsEntry(node, NodeState.SUSPECT);
        fleet.silent.clear();
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.memory.nodes()).containsEntry(node, NodeState.READY);
        assertThat(kinds(fleet)).isEmpty();
        assertThat(actions(fleet, Action.StartReplica.class)).isZero();
        assertThat(fleet.ready()).isEqualTo(2);
    }

    @Test
    void replacesNothingWhenManyNodesFallSilentTogether() {
        var fleet = steady(3, 2, 4);
        fleet.silence("node-1");
        fleet.silence("node-2");
        fleet.run(Duration.ofSeconds(30));
        assertThat(kinds(fleet)).containsExactly("breaker-open");
        assertThat(actions(fleet, Action.StartReplica.class)).isZero();
        fleet.silent.clear();
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.incidents.getLast()).isInstanceOf(IncidentChange.Resolved.class);
        assertThat(actions(fleet, Action.DrainReplica.class)).isZero();
        assertThat(fleet.ready()).isEqualTo(2);
    }

    @Test
    void believesThatNodesAreLostWhenTheyStaySilentAndOthersAreHeard() {
        var fleet = steady(3, 2, 4);
        fleet.silence("node-1");
        fleet.silence("node-2");
        fleet.run(Duration.ofMinutes(3));
        assertThat(fleet.ready()).isEqualTo(2);
    }

    @Test
    void replacesNothingAfterAPauseOfItsOwn() {
        var fleet = steady(3, 2, 4);
        fleet.now = fleet.now.plusSeconds(15);
        fleet.pause = Duration.ofSeconds(15);
        fleet.pausedAt = fleet.now;
        fleet.silent.addAll(fleet.nodes.keySet());
        fleet.run(Duration.ofSeconds(3));
        fleet.silent.clear();
        fleet.run(Duration.ofSeconds(3));
        fleet.pause = Duration.ZERO;
        fleet.run(Duration.ofSeconds(20));
        assertThat(kinds(fleet)).containsExactly("breaker-open");
        assertThat(actions(fleet, Action.StartReplica.class)).isZero();
        assertThat(fleet.memory.breaker()).isNull();
    }

    @Test
    void judgesNoNodeBeforeItCouldHaveReconnected() {
        var fleet = steady(3, 2, 4);
        fleet.startedAt = fleet.now.plusSeconds(20);
        fleet.now = fleet.startedAt;
        fleet.silent.addAll(fleet.nodes.keySet());
        fleet.run(Duration.ofSeconds(8));
        assertThat(fleet.decisions).isEmpty();
        fleet.silent.clear();
        fleet.run(Duration.ofSeconds(20));
        assertThat(fleet.decisions).isEmpty();
    }

    @Test
    void scalesOutWithDemandAndBackInOnceItStaysAway() {
        var fleet = steady(3, 1, 4);
        fleet.requestsThere = 18.0;
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.ready()).isEqualTo(4);
        var scale = fleet.decisions.getFirst();
        assertThat(scale.actions()).containsExactly(new Action.Scale(FleetBuilder.CHAT, 1, 4));
        assertThat(scale.reason()).startsWith("Scale chat from 1 to 4: 18 requests at 1 replicas");
        assertThat(scale.inputs()).extracting(Decision.Input::name).contains("inFlight", "queued");
        assertThat(scale.rejected()).hasSize(2);
        fleet.requestsThere = 0.0;
        fleet.run(Duration.ofSeconds(50));
        assertThat(fleet.ready()).isEqualTo(4);
        fleet.run(Duration.ofSeconds(30));
        assertThat(fleet.ready()).isEqualTo(1);
    }

    @Test
    void neverTakesAMissingReadingForZero() {
        var fleet = steady(3, 1, 4);
        fleet.requestsThere = 18.0;
        fleet.run(Duration.ofSeconds(10));
        fleet.decisions.clear();
        fleet.requestsThere = null;
        fleet.run(Duration.ofMinutes(5));
        assertThat(fleet.ready()).isEqualTo(4);
        assertThat(fleet.decisions).extracting(Decision::code).containsExactly(Reason.STALE_INPUT);
    }

    @Test
    void obeysAnOperatorWithinTheBounds() {
        var fleet = steady(3, 1, 4);
        fleet.requests.add(new OperatorRequest.Scale("r1", FleetBuilder.CHAT, 9));
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.ready()).isEqualTo(4);
        assertThat(fleet.decisions.getFirst().code()).isEqualTo(Reason.OPERATOR_REQUEST);
    }

    @Test
    void startsTheReplacementBeforeItDrainsANodeUnderNotice() {
        var fleet = new FleetModel(0, 2, 4);
        fleet.addNode("node-1", "zone-1", CapacityType.SPOT);
        fleet.addNode("node-2", "zone-2", CapacityType.SPOT);
        fleet.addNode("node-3", "zone-3", CapacityType.SPOT);
        fleet.run(Duration.ofSeconds(20));
        fleet.fewestReady = Integer.MAX_VALUE;
        var node = anyReady(fleet).node();
        fleet.freezes.add(new Freeze("ann", "deploy", fleet.now.plusSeconds(600), false));
        fleet.notice(node.value(), Duration.ofSeconds(30));
        fleet.run(Duration.ofSeconds(25));
        assertThat(fleet.fewestReady).isGreaterThanOrEqualTo(2);
        assertThat(fleet.ready()).isEqualTo(2);
        assertThat(fleet.replicas.values())
                .filteredOn(r -> r.node().equals(node))
                .noneMatch(r -> r.state().isLive());
        assertThat(kinds(fleet)).contains("spot-notice");
        assertThat(fleet.incidents.getLast()).isInstanceOf(IncidentChange.Resolved.class);
        fleet.silence(node.value());
        fleet.run(Duration.ofSeconds(20));
        assertThat(fleet.memory.nodes()).containsEntry(node, NodeState.GONE);
        assertThat(kinds(fleet)).doesNotContain("node-lost");
    }

    @Test
    void drainsInTimeEvenWithoutAReplacement() {
        var fleet = steady(1, 2, 4);
        fleet.notice("node-1", Duration.ofSeconds(30));
        fleet.run(Duration.ofSeconds(26));
        assertThat(fleet.replicas.values()).noneMatch(r -> r.state().isLive());
        assertThat(fleet.decisions).extracting(Decision::code).contains(Reason.NO_CAPACITY);
    }

    @Test
    void emptiesANodeForAnOperator() {
        var fleet = steady(3, 2, 4);
        var node = anyReady(fleet).node();
        fleet.requests.add(new OperatorRequest.DrainNode("r1", node));
        fleet.run(Duration.ofSeconds(15));
        assertThat(fleet.fewestReady).isEqualTo(2);
        assertThat(fleet.replicas.values())
                .filteredOn(r -> r.node().equals(node))
                .noneMatch(r -> r.state().isLive());
        assertThat(fleet.nodes.get(node)).matches(n -> n != null && n.cordoned());
        fleet.silence(node.value());
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.memory.nodes()).containsEntry(node, NodeState.GONE);
        assertThat(kinds(fleet)).isEmpty();
    }

    @Test
    void rollsANewRevisionOutOneAtATime() {
        var fleet = steady(3, 2, 4);
        fleet.revisions.add(FleetBuilder.revision(2));
        int most = 0;
        for (int i = 0; i < 120; i++) {
            fleet.tick();
            most =
                    Math.max(
                            most,
                            (int)
                                    fleet.replicas.values().stream()
                                            .filter(r ->
                                                    r.state().isLive()
                                                            && r.state() != ReplicaState.DRAINING)
                                            .count());
        }
        assertThat(fleet.fewestReady).isEqualTo(2);
        assertThat(most).isEqualTo(3);
        assertThat(fleet.replicas.values())
                .filteredOn(r -> r.state() == ReplicaState.READY)
                .hasSize(2)
                .allMatch(r -> r.revision() == 2);
        assertThat(actions(fleet, Action.PromoteRevision.class)).isEqualTo(1);
    }

    @Test
    void goesBackFromARevisionThatDoesNotStart() {
        var fleet = steady(3, 2, 4);
        fleet.revisions.add(FleetBuilder.revision(2));
        fleet.brokenRevisions.add(2);
        fleet.run(Duration.ofMinutes(2));
        assertThat(fleet.fewestReady).isEqualTo(2);
        assertThat(kinds(fleet)).contains("bad-revision");
        assertThat(actions(fleet, Action.RevertRevision.class)).isEqualTo(1);
        assertThat(actions(fleet, Action.StartReplica.class)).isEqualTo(3);
        fleet.revisions.add(FleetBuilder.revision(3));
        fleet.run(Duration.ofMinutes(2));
        assertThat(fleet.replicas.values())
                .filteredOn(r -> r.state() == ReplicaState.READY)
                .allMatch(r -> r.revision() == 3);
    }

    @Test
    void movesNothingWhenAChangeIsTakenBack() {
        var fleet = steady(3, 2, 4);
        fleet.revisions.add(FleetBuilder.revision(2));
        fleet.run(Duration.ofSeconds(3));
        fleet.revisions.add(new Revision(FleetBuilder.CHAT, 3, FleetBuilder.revision(1).engine()));
        fleet.run(Duration.ofMinutes(2));
        assertThat(fleet.replicas.values())
                .filteredOn(r -> r.state() == ReplicaState.READY)
                .hasSize(2)
                .allMatch(r -> r.revision() == 1);
        assertThat(actions(fleet, Action.PromoteRevision.class)).isZero();
        assertThat(actions(fleet, Action.StartReplica.class)).isLessThanOrEqualTo(3);
    }

    @Test
    void goesBackFromARevisionWhoseRequestsFail() {
        var fleet = steady(3, 2, 4);
        fleet.revisions.add(FleetBuilder.revision(2));
        fleet.run(Duration.ofSeconds(6));
        fleet.failureShares.put(1, 0.0);
        fleet.failureShares.put(2, 0.5);
        fleet.run(Duration.ofSeconds(30));
        assertThat(fleet.fewestReady).isEqualTo(2);
        assertThat(kinds(fleet)).containsExactly("bad-revision");
        assertThat(fleet.replicas.values())
                .filteredOn(r -> r.state() == ReplicaState.READY)
                .hasSize(2)
                .allMatch(r -> r.revision() == 1);
    }

    @Test
    void waitsForTheMinimumOfNodesBeforeItsFirstStart() {
        var fleet = new FleetModel(1, 2, 4);
        fleet.startedAt = fleet.now;
        fleet.policies = PoliciesBuilder.with(Autonomy.AUTO, 3, 3);
        fleet.run(Duration.ofSeconds(5));
        assertThat(fleet.replicas).isEmpty();
        fleet.addNode("node-2", "zone-2", CapacityType.ON_DEMAND);
        fleet.addNode("node-3", "zone-3", CapacityType.ON_DEMAND);
        fleet.run(Duration.ofSeconds(5));
        assertThat(fleet.replicas.values().stream().map(Replica::node).distinct()).hasSize(2);
    }

    @Test
    void givesARevisionUpAfterFiveFailedStarts() {
        var fleet = new FleetModel(3, 1, 4);
        fleet.brokenRevisions.add(1);
        fleet.run(Duration.ofMinutes(5));
        assertThat(actions(fleet, Action.StartReplica.class)).isEqualTo(5);
        assertThat(kinds(fleet)).contains("start-failed", "bad-revision");
    }

    @Test
    void holdsScalingBackUnderAFreezeAndStillReplacesWhatIsLost() {
        var fleet = steady(3, 1, 4);
        fleet.freezes.add(new Freeze("ann", "deploy", fleet.now.plusSeconds(600), false));
        fleet.requestsThere = 18.0;
        fleet.run(Duration.ofSeconds(30));
        assertThat(fleet.ready()).isEqualTo(1);
        assertThat(fleet.decisions).extracting(Decision::code).containsExactly(Reason.FROZEN);
        fleet.to(anyReady(fleet), ReplicaState.FAILED, "exit code 1");
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.ready()).isEqualTo(1);
    }

    @Test
    void advisesOnlyWhereAutonomySaysSo() {
        var fleet = new FleetModel(3, 1, 4);
        fleet.policies = PoliciesBuilder.with(Autonomy.ADVISE, 0, 0);
        fleet.run(Duration.ofSeconds(30));
        assertThat(fleet.replicas).isEmpty();
        assertThat(fleet.decisions).hasSize(1).allMatch(d -> d.actions().isEmpty());
    }

    @Test
    void acquiresANodeWhenThereIsNoRoomAndReleasesItWhenIdle() {
        var fleet = steady(1, 1, 4);
        fleet.policies = PoliciesBuilder.with(Autonomy.AUTO, 1, 2);
        fleet.requestsThere = 18.0;
        fleet.run(Duration.ofSeconds(20));
        assertThat(fleet.ready()).isEqualTo(4);
        assertThat(actions(fleet, Action.AcquireNode.class)).isEqualTo(1);
        fleet.requestsThere = 0.0;
        fleet.run(Duration.ofMinutes(8));
        assertThat(fleet.nodes).hasSize(1);
        assertThat(fleet.ready()).isEqualTo(1);
    }

    @Test
    void adoptsReplicasThatItDoesNotKnow() {
        var fleet = new FleetModel(3, 2, 4);
        var state =
                FleetBuilder.aFleet()
                        .at(fleet.now)
                        .withNodes(3)
                        .withReplica("chat-77", "node-2", ReplicaState.READY)
                        .build();
        fleet.replicas.putAll(state.replicas());
        fleet.run(Duration.ofSeconds(20));
        assertThat(fleet.ready()).isEqualTo(2);
        assertThat(actions(fleet, Action.StartReplica.class)).isEqualTo(1);
    }

    @Test
    void startsNothingTwiceThoughTheStateIsLate() {
        var state = FleetBuilder.aFleet().withNodes(3).withChat(2, 4).build();
        var first = Planner.plan(state, PlannerMemory.EMPTY, PoliciesBuilder.automatic());
        assertThat(first.actions()).hasSize(2);
        assertThat(Planner.plan(state, first.memory(), PoliciesBuilder.automatic()).decisions())
                .isEmpty();
        assertThat(first.memory().nodes()).containsKey(new NodeId("node-1"));
    }
}
