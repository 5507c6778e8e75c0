package dev.keelson.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.simulator.baseline.RemediationLadder.Fault;
import dev.keelson.simulator.baseline.RemediationLadder.Order;
import dev.keelson.simulator.baseline.RemediationLadder.Step;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RemediationLadderTest {
    private final RemediationLadder ladder = new RemediationLadder(4);

    @Test
    void cordonsDrainsResetsAndReturns() {
        assertThat(step(0, Set.of(), fault("a", false)))
                .containsExactly(order("a", Step.QUARANTINE));
        assertThat(step(59, Set.of())).isEmpty();
        assertThat(step(60, Set.of())).containsExactly(order("a", Step.RESET));
        assertThat(step(119, Set.of("a"))).isEmpty();
        assertThat(step(120, Set.of("a"))).containsExactly(order("a", Step.RETURN));
    }

    @Test
    void anEmptyNodeIsNotWaitedFor() {
        assertThat(step(0, Set.of("a"), fault("a", true)))
                .containsExactly(order("a", Step.QUARANTINE), order("a", Step.RESTART));
        assertThat(step(299, Set.of("a"))).isEmpty();
        assertThat(step(300, Set.of("a"))).containsExactly(order("a", Step.RETURN));
    }

    @Test
    void theSecondTimeWithinSevenDaysTakesTheNodeOut() {
        mend("a", 0);
        step(86_400, Set.of("a"), fault("a", false));

        assertThat(step(86_500, Set.of("a"))).isEmpty();
        assertThat(step(10 * 86_400, Set.of("a"), fault("a", false))).isEmpty();
    }

    @Test
    void afterSevenDaysItIsMendedAgain() {
        mend("a", 0);

        assertThat(step(8 * 86_400, Set.of("a"), fault("a", false)))
                .containsExactly(order("a", Step.QUARANTINE), order("a", Step.RESET));
    }

    @Test
    void halfOfTheNodesWithinFiveMinutesIsTheMost() {
        assertThat(step(0, Set.of(), fault("a", false), fault("b", false), fault("c", false)))
                .containsExactly(order("a", Step.QUARANTINE), order("b", Step.QUARANTINE));
        assertThat(step(200, Set.of(), fault("c", false)))
                .doesNotContain(order("c", Step.QUARANTINE));
        assertThat(step(301, Set.of(), fault("c", false))).contains(order("c", Step.QUARANTINE));
    }

    private void mend(String node, double at) {
        step(at, Set.of(node), fault(node, false));
        step(at + 60, Set.of(node));
    }

    private List<Order> step(double now, Set<String> empty, Fault... faults) {
        return ladder.step(now, List.of(faults), empty);
    }

    private static Fault fault(String node, boolean needsRestart) {
        return new Fault(node, needsRestart);
    }

    private static Order order(String node, Step step) {
        return new Order(node, step);
    }
}
