package dev.keelson.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.plan.PlannerMemory.Expert;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who has cost the least of late, at the demand that came, is followed. */
final class ExpertsTest {
    private static final Instant START = Instant.parse("2026-03-02T10:00:00Z");
    private static final int STEP_SECONDS = 10;

    private static List<Expert> after(
            int steps, IntToDoubleFunction demand, IntUnaryOperator forecast) {
        var experts = Experts.first(1);
        Instant since = null;
        for (int i = 0; i < steps; i++) {
            experts = Experts.next(experts, present(i, since, demand, forecast));
            since = START.plusSeconds((long) i * STEP_SECONDS);
        }
        return experts;
    }

    private static Experts.Present present(
            int step,
            @Nullable Instant since,
            IntToDoubleFunction demand,
            IntUnaryOperator forecast) {
        return new Experts.Present(
                START.plusSeconds((long) step * STEP_SECONDS),
                since,
                demand.applyAsDouble(step),
                4,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                1,
                20,
                ready -> forecast.applyAsInt(step));
    }

    private static String followed(List<Expert> experts) {
        return experts.getFirst().rule();
    }

    @Test
    void aForecastThatKnowsTheRisesIsFollowed() {
        // Five minutes of 2, five of 5: the forecast orders 30 s before and drops at once.
        IntToDoubleFunction demand = i -> i / 30 % 2 == 0 ? 2 : 5;
        var experts = after(360, demand, i -> (int) demand.applyAsDouble(i + 4));
        assertThat(followed(experts)).isEqualTo(Experts.FORECAST);
        assertThat(experts.getFirst().cost()).isZero();
    }

    @Test
    void aForecastThatIsWrongGivesWayToTheLevelAndComesBackWhenItIsRight() {
        IntToDoubleFunction demand = i -> 3.9;
        assertThat(followed(after(60, demand, i -> 12))).isEqualTo("level 1.0");
        assertThat(followed(after(60, demand, i -> 1))).isEqualTo("level 1.0");
        IntToDoubleFunction turns = i -> i < 60 ? 3.9 : i / 20 % 2 == 0 ? 2 : 6;
        IntUnaryOperator needed =
                i -> (int) Math.max(turns.applyAsDouble(i), turns.applyAsDouble(i + 3));
        var later = after(600, turns, i -> i < 60 ? 12 : needed.applyAsInt(i));
        assertThat(followed(later)).isEqualTo(Experts.FORECAST);
    }

    @Test
    void whereAllRulesAgreeTheMemoryComesToRest() {
        var experts = after(2_000, i -> 0.3, i -> 1);
        assertThat(experts).allMatch(e -> e.cost() == 0);
        assertThat(
                        Experts.next(
                                experts,
                                present(2_000, START.plusSeconds(19_990), i -> 0.3, i -> 1)))
                .isEqualTo(experts);
    }

    @Test
    void aReplicaThatStartsIsPaidAndServesNothing() {
        // One step after an order of three more: 4 are paid, 1 serves.
        var ordered = Experts.next(Experts.first(1), present(0, null, i -> 4, i -> 4));
        var charged = Experts.next(ordered, present(1, START, i -> 4, i -> 4));
        var forecast = rule(charged, Experts.FORECAST);
        var tight = rule(charged, "level 1.2");
        assertThat(forecast.starting()).hasSize(1);
        assertThat(forecast.starting().getFirst().replicas()).isEqualTo(3);
        // Both wait for the same work; the one with a replica less is cheaper by it.
        assertThat(tight.wanted()).isEqualTo(4);
        var generous = rule(charged, "level 0.8");
        assertThat(generous.wanted()).isEqualTo(5);
        assertThat(generous.cost() - forecast.cost()).isEqualTo(STEP_SECONDS);
    }

    private static Expert rule(List<Expert> experts, String name) {
        return experts.stream().filter(e -> e.rule().equals(name)).findFirst().orElseThrow();
    }
}
