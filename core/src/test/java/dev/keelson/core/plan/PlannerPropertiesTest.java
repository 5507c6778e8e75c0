package dev.keelson.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.testing.FleetBuilder;
import dev.keelson.core.testing.FleetModel;
import dev.keelson.core.testing.PoliciesBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PlannerPropertiesTest {
    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void staysWithinRoomAndBoundsAndComesToRestWhateverHappens(long seed) {
        var random = new Random(seed);
        var fleet = new FleetModel(3 + random.nextInt(4), 1 + random.nextInt(2), 4);
        for (int tick = 0; tick < 400; tick++) {
            if (random.nextInt(20) == 0) {
                disturb(fleet, random);
            }
            var state = fleet.state();
            var memory = fleet.memory;
            assertThat(Planner.plan(state, memory, fleet.policies))
                    .isEqualTo(Planner.plan(state, memory, fleet.policies));
            fleet.tick();
            assertWithinRoomAndBounds(fleet);
        }
        fleet.silent.clear();
        fleet.requestsThere = 9.0;
        fleet.run(Duration.ofMinutes(6));
        fleet.decisions.clear();
        fleet.run(Duration.ofMinutes(1));
        assertThat(fleet.decisions).isEmpty();
        var wanted = fleet.memory.deployments().values().iterator().next().wanted();
        assertThat(fleet.ready()).isEqualTo(wanted);
        assertSpread(fleet, wanted);
    }

    private static void disturb(FleetModel fleet, RandomGenerator random) {
        var replicas = List.copyOf(fleet.replicas.values());
        var nodes = List.copyOf(fleet.nodes.keySet());
        NodeId node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(6)) {
            case 0, 1 -> fleet.requestsThere = (double) random.nextInt(40);
            case 2 -> fleet.silence(node.value());
            case 3 -> fleet.silent.clear();
            case 4 -> fleet.requestsThere = null;
            default -> {
                if (!replicas.isEmpty()) {
                    Replica victim = replicas.get(random.nextInt(replicas.size()));
                    if (victim.state().isLive() && !fleet.silent.contains(victim.node())) {
                        fleet.to(victim, ReplicaState.FAILED, "exit code 139");
                    }
                }
            }
        }
    }

    private static void assertWithinRoomAndBounds(FleetModel fleet) {
        for (var node : fleet.nodes.values()) {
            int taken =
                    fleet.replicas.values().stream()
                            .filter(r -> r.node().equals(node.id()) && r.state().isLive())
                            .mapToInt(Replica::thousandths)
                            .sum();
            assertThat(taken).isLessThanOrEqualTo(node.capacityThousandths());
        }
        assertThat(fleet.memory.deployments().values())
                .allMatch(d -> d.wanted() <= 4 && d.wanted() >= 1);
    }

    private static void assertSpread(FleetModel fleet, int wanted) {
        if (fleet.nodes.size() >= wanted) {
            // Replicas are not moved for the spread alone, but never do all stand on one node.
            var used =
                    fleet.replicas.values().stream()
                            .filter(r -> r.state() == ReplicaState.READY)
                            .map(Replica::node)
                            .distinct()
                            .count();
            assertThat(used).isGreaterThan(wanted > 2 ? 1 : 0);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void neverWantsFewerReplicasForMoreDemand(long seed) {
        var random = new Random(seed);
        double less = random.nextInt(30);
        double more = less + random.nextInt(20);
        assertThat(wantedUnder(more)).isGreaterThanOrEqualTo(wantedUnder(less));
    }

    private static int wantedUnder(double requests) {
        var fleet = new FleetModel(3, 1, 6);
        fleet.requestsThere = requests;
        fleet.run(Duration.ofSeconds(30));
        return fleet.memory.deployments().values().iterator().next().wanted();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void givesTheSamePlanForTheSameInputs(long seed) {
        var state =
                FleetBuilder.aFleet()
                        .withNodes(1 + (int) (seed % 7))
                        .withChat(1, 6, (double) seed)
                        .build();
        var first = Planner.plan(state, PlannerMemory.EMPTY, PoliciesBuilder.automatic());
        assertThat(Planner.plan(state, PlannerMemory.EMPTY, PoliciesBuilder.automatic()))
                .isEqualTo(first);
    }
}
