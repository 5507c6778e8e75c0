package dev.keelson.core.demand;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LearnedCapacityTest {
    private static final ReplicaCapacity GIVEN = new ReplicaCapacity(1_000, 100);

    @Test
    void capacityRisesWhileNearlyAllIsServedAndFallsWithMisses() {
        var capacity = new LearnedCapacity();
        for (int i = 0; i < 50; i++) {
            capacity.observe(GIVEN, 450, 45, 100, 0, 0);
        }
        double risen = capacity.of(GIVEN).prefillTokensPerSecond();
        assertThat(risen).isGreaterThan(1_000);
        for (int i = 0; i < 50; i++) {
            capacity.observe(GIVEN, 500, 50, 100, 5, 0);
        }
        assertThat(capacity.of(GIVEN).prefillTokensPerSecond()).isLessThan(risen);
    }

    @Test
    void aRequestWaitsLongBehindWhatIsNotTakenUpInThreeQuartersOfItsTime() {
        assertThat(LearnedCapacity.isFull(2 * (8 + 15) - 1, 2, 8, 20)).isFalse();
        assertThat(LearnedCapacity.isFull(2 * (8 + 15), 2, 8, 20)).isTrue();
        assertThat(LearnedCapacity.isFull(16, 2, 8, 0)).isTrue();
    }

    @Test
    void capacityFallsWhileRequestsWaitLongThoughNobodyMisses() {
        var capacity = new LearnedCapacity();
        capacity.observe(GIVEN, 500, 50, 100, 0, 0.5);
        double fallen = capacity.of(GIVEN).prefillTokensPerSecond();
        assertThat(fallen).isLessThan(1_000);
        capacity.observe(GIVEN, 500, 50, 100, 0, 0.02);
        assertThat(capacity.of(GIVEN).prefillTokensPerSecond()).isGreaterThan(fallen);
    }

    @Test
    void missesFarFromTheBelievedCapacitySayNothingAboutIt() {
        var capacity = new LearnedCapacity();
        capacity.observe(GIVEN, 1_500, 150, 100, 100, 0);
        capacity.observe(GIVEN, 100, 10, 100, 100, 0);
        assertThat(capacity.of(GIVEN)).isEqualTo(GIVEN);
    }
}
