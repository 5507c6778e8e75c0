package dev.keelson.core.plan;

import static dev.keelson.core.testing.FleetBuilder.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.policy.AcceleratorPolicy;
import dev.keelson.core.policy.Policies;
import dev.keelson.core.testing.FleetModel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Two slow nodes and one fast one with room for two replicas each. The fast kind costs twice as
 * much, prefills three times as fast and decodes half as fast again.
 */
final class AcceleratorKindsTest {
    private static final AcceleratorPolicy.Kind SLOW = new AcceleratorPolicy.Kind(1, 10_000, 2_000);
    private static final AcceleratorPolicy.Kind FAST = new AcceleratorPolicy.Kind(2, 30_000, 3_000);

    private static FleetModel mixed(double prompts, double outputs, int min, int max) {
        var fleet = new FleetModel(0, min, max);
        fleet.addNode("fast-1", "zone-a", CapacityType.ON_DEMAND, "fast");
        fleet.addNode("slow-1", "zone-a", CapacityType.ON_DEMAND, "slow");
        fleet.addNode("slow-2", "zone-b", CapacityType.ON_DEMAND, "slow");
        fleet.promptTokensThere = prompts;
        fleet.outputTokensThere = outputs;
        return with(fleet, Map.of("slow", SLOW, "fast", FAST));
    }

    private static FleetModel with(FleetModel fleet, Map<String, AcceleratorPolicy.Kind> kinds) {
        var p = fleet.policies;
        fleet.policies =
                new Policies(
                        "01",
                        p.autoscaling(),
                        p.forecasting(),
                        new TreeMap<>(
                                Map.of(CHAT, new AcceleratorPolicy(CHAT, new TreeMap<>(kinds)))),
                        p.recovery(),
                        p.spot(),
                        p.autonomy(),
                        0,
                        0);
        return fleet;
    }

    private static List<String> nodes(FleetModel fleet) {
        return fleet.replicas.values().stream()
                .filter(r -> r.state() == ReplicaState.READY)
                .map(r -> r.node().value())
                .sorted()
                .toList();
    }

    @Test
    void longPromptsGoToTheKindThatPrefillsFastAndLongOutputsToTheOther() {
        var prompts = mixed(9_000, 100, 2, 4).run(Duration.ofSeconds(20));
        assertThat(nodes(prompts)).containsExactly("fast-1", "fast-1");

        var outputs = mixed(100, 1_000, 2, 4).run(Duration.ofSeconds(20));
        assertThat(nodes(outputs)).containsExactly("slow-1", "slow-2");
    }

    @Test
    void whereTheBestKindIsShortTheNextTakesTheRestAndTheDearestEndFirst() {
        var fleet = mixed(9_000, 100, 1, 4);
        fleet.requestsThere = 24.0;
        fleet.run(Duration.ofSeconds(30));
        assertThat(nodes(fleet)).containsExactly("fast-1", "fast-1", "slow-1", "slow-2");

        fleet.decisions.clear();
        fleet.requestsThere = 9.0;
        fleet.run(Duration.ofMinutes(3));
        assertThat(nodes(fleet)).containsExactly("fast-1", "fast-1");
        assertThat(fleet.decisions)
                .anySatisfy(d ->
                        assertThat(d.reason())
                                .startsWith("Drain")
                                .contains("this one is on slow, 0.052 an hour for 1000 tokens/s"));
    }

    @Test
    void theDecisionNamesTheKindItChoseAndWhatTheOthersWouldHaveCost() {
        var fleet = mixed(9_000, 100, 1, 4).run(Duration.ofSeconds(20));
        var start =
                fleet.decisions.stream()
                        .filter(d ->
                                d.actions().stream()
                                        .anyMatch(Action.StartReplica.class::isInstance))
                        .findFirst()
                        .orElseThrow();
        assertThat(start.reason())
                .contains("on fast, 0.037 an hour for 1000 tokens/s of which 99 % are prompts");
        assertThat(start.inputs()).extracting(Decision.Input::name).contains("costPerGoodput");
        assertThat(start.rejected().getFirst().candidate()).isEqualTo("slow");
        assertThat(start.rejected().getFirst().constraint())
                .isEqualTo("dearer: 0.052 an hour for the same work");
    }

    @Test
    void aKindThatIsNotNamedIsNotUsed() {
        var fleet = with(mixed(9_000, 100, 3, 4), Map.of("fast", FAST));
        fleet.run(Duration.ofSeconds(20));
        assertThat(nodes(fleet)).containsExactly("fast-1", "fast-1");
        assertThat(fleet.decisions)
                .anySatisfy(d ->
                        assertThat(d.reason())
                                .startsWith("No room for a replica of chat")
                                .contains("2 are of a kind that it may not use"));
    }

    @Test
    void withoutAPolicyAllAreAlike() {
        var fleet = mixed(9_000, 100, 3, 4);
        with(fleet, Map.of()).run(Duration.ofSeconds(20));
        assertThat(nodes(fleet)).containsExactly("fast-1", "slow-1", "slow-2");
    }
}
