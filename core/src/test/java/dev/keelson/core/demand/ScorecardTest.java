package dev.keelson.core.demand;

import static dev.keelson.core.testing.FleetBuilder.START;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ScorecardTest {
    private final List<ScalingStep> steps = new ArrayList<>();

    private void step(int wanted, int ready, @Nullable Integer advised, double demand) {
        steps.add(
                new ScalingStep(
                        START.plusSeconds(10L * steps.size()),
                        wanted,
                        ready,
                        advised,
                        demand,
                        Duration.ofSeconds(20)));
    }

    @Test
    void comparesWhatWasDoneWithWhatWasAdvisedWhichIsReadyAStartLater() {
        step(1, 1, 1, 0.8);
        step(1, 1, 3, 0.8);
        step(1, 1, 3, 0.8);
        step(1, 1, 3, 2.5); // the rise: advised 20 s ago, so READY
        step(3, 1, 3, 2.5);
        step(3, 1, 3, 2.5);
        step(3, 3, 1, 0.8);
        step(3, 3, 1, 0.8);

        var card = Scorecard.of(steps);

        assertThat(card.compared()).isEqualTo(Duration.ofSeconds(70));
        assertThat(card.replicaHours()).isCloseTo((4 + 9) * 10 / 3600.0, Offset.offset(1e-12));
        assertThat(card.advisedReplicaHours()).isCloseTo(17 * 10 / 3600.0, Offset.offset(1e-12));
        assertThat(card.shortOfDemand()).isEqualTo(Duration.ofSeconds(30));
        assertThat(card.advisedShortOfDemand()).isZero();
        assertThat(card.changes()).isEqualTo(1);
        assertThat(card.advisedChanges()).isEqualTo(2);
    }

    @Test
    void adviceThatComesWithTheRiseIsLateByAStart() {
        step(1, 1, 1, 0.8);
        step(1, 1, 1, 0.8);
        step(1, 1, 3, 2.5);
        step(1, 1, 3, 2.5);
        step(1, 1, 3, 2.5);
        step(1, 1, 3, 2.5);

        assertThat(Scorecard.of(steps).advisedShortOfDemand()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void gapsAndTimeWithoutAdviceCountForNeither() {
        step(1, 1, null, 2.5);
        step(1, 1, 2, 2.5);
        steps.add(new ScalingStep(START.plusSeconds(600), 1, 1, 2, 2.5, Duration.ofSeconds(20)));

        assertThat(Scorecard.of(steps).compared()).isZero();
        assertThat(Scorecard.of(List.of()).compared()).isZero();
    }
}
