package dev.keelson.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ReplicaLadderTest {
    private static final ReplicaLadder.Prices PRICES = new ReplicaLadder.Prices(1, 0, 10, 0.5);

    /**
     * Replicas of step h: what every target from h - lead to h wanted, as a start takes so long.
     */
    private static double cost(double[] demand, int lead, int first, int[] targets) {
        double cost = 0;
        int before = first;
        for (int h = 0; h < demand.length; h++) {
            int serving = Integer.MAX_VALUE;
            for (int s = h - lead; s <= h; s++) {
                serving = Math.min(serving, s < 0 ? first : targets[s]);
            }
            cost += serving + 10 * Math.max(0, demand[h] - serving);
            cost += 0.5 * Math.max(0, serving - before);
            before = serving;
        }
        return cost;
    }

    private static double cheapest(double[] demand, int lead, int first, int most) {
        int length = demand.length;
        int plans = (int) StrictMath.round(StrictMath.pow(most + 1, length));
        double best = Double.POSITIVE_INFINITY;
        for (int plan = 0; plan < plans; plan++) {
            var targets = new int[length];
            for (int h = 0, rest = plan; h < length; h++, rest /= most + 1) {
                targets[h] = rest % (most + 1);
            }
            best = Math.min(best, cost(demand, lead, first, targets));
        }
        return best;
    }

    /** The ladder at every step in turn, shown the rest of the demand. */
    private static double played(double[] demand, int lead, int first, int most) {
        var targets = new int[demand.length];
        for (int h = 0; h < demand.length; h++) {
            var rest = new double[Math.max(lead + 1, demand.length - h)];
            System.arraycopy(demand, h, rest, 0, demand.length - h);
            var ladder = ReplicaLadder.of(new double[][] {rest}, lead, most, PRICES);
            targets[h] = ladder.choose(readyIn(targets, h, lead, first));
        }
        return cost(demand, lead, first, targets);
    }

    private static List<Integer> readyIn(int[] targets, int now, int lead, int first) {
        var steps = new ArrayList<Integer>();
        int present = now == 0 ? first : targets[now - 1];
        for (int k = 1; k <= present; k++) {
            int wantedFor = 0;
            while (wantedFor < lead
                    && (now - 1 - wantedFor < 0 || targets[now - 1 - wantedFor] >= k)) {
                if (now - 1 - wantedFor < 0 && k > first) {
                    break;
                }
                wantedFor++;
            }
            steps.add(lead - wantedFor);
        }
        Collections.sort(steps);
        return steps;
    }

    @Test
    void whoKnowsTheDemandPaysNoMoreThanTheCheapestOfAllPlans() {
        for (int seed = 0; seed < 400; seed++) {
            var random = new SplittableRandom(seed);
            int lead = random.nextInt(3);
            int most = 1 + random.nextInt(2);
            var demand = new double[6];
            for (int h = 0; h < demand.length; h++) {
                demand[h] = random.nextInt(4) == 0 ? 0 : random.nextDouble() * (most + 0.5);
            }
            int first = random.nextInt(most + 1);
            assertThat(played(demand, lead, first, most))
                    .as("seed %d", seed)
                    .isEqualTo(cheapest(demand, lead, first, most), within(1e-9));
        }
    }

    @Test
    void withoutStartsAndLeadItIsTheNewsvendor() {
        // 100 demands from 0.5 to 99.5; shortfall 10 to 1 asks for the 0.9 quantile.
        var paths = new double[100][1];
        for (int k = 0; k < 100; k++) {
            paths[k][0] = k + 0.5;
        }
        var ladder = ReplicaLadder.of(paths, 0, 200, new ReplicaLadder.Prices(1, 0, 10, 0));
        assertThat(ladder.choose(List.of())).isEqualTo(90);
    }

    @Test
    void moreDemandNeverWantsFewer() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new SplittableRandom(seed);
            var paths = new double[10][6];
            var more = new double[10][6];
            for (int k = 0; k < 10; k++) {
                for (int h = 0; h < 6; h++) {
                    paths[k][h] = random.nextDouble() * 8;
                    more[k][h] = paths[k][h] + random.nextDouble();
                }
            }
            int lead = random.nextInt(3);
            var present = Collections.nCopies(random.nextInt(6), 0);
            assertThat(ReplicaLadder.of(more, lead, 20, PRICES).choose(present))
                    .as("seed %d", seed)
                    .isGreaterThanOrEqualTo(
                            ReplicaLadder.of(paths, lead, 20, PRICES).choose(present));
        }
    }

    @Test
    void aShortLullIsNotWorthAStart() {
        var lull = new double[][] {{1, 0, 1, 1, 1, 1}};
        assertThat(ReplicaLadder.of(lull, 2, 5, PRICES).choose(List.of(0))).isEqualTo(1);
        var end = new double[][] {{0, 0, 0, 0, 0, 0}};
        assertThat(ReplicaLadder.of(end, 2, 5, PRICES).choose(List.of(0))).isZero();
    }

    @Test
    void whatComesBeforeAStartIsDoneIsNoReasonToStart() {
        var burst = new double[][] {{5, 5, 0, 0, 0}};
        assertThat(ReplicaLadder.of(burst, 2, 5, PRICES).choose(List.of())).isZero();
    }

    @Test
    void aCandidateTellsItsPriceAndWhatItLeavesUnserved() {
        var ladder = ReplicaLadder.of(new double[][] {{2, 4}, {4, 6}}, 0, 10, PRICES);
        var three = ladder.candidate(3, 0);
        assertThat(three.unserved()).isEqualTo((0 + 1 + 1 + 3) / 16.0, within(1e-12));
        assertThat(three.cost()).isEqualTo(3 + 10 * (5 / 4.0), within(1e-12));
        assertThat(ladder.candidate(6, 0).unserved()).isZero();
    }

    @Test
    void aForecastShorterThanAStartIsRefused() {
        assertThatThrownBy(() -> ReplicaLadder.of(new double[][] {{1, 1}}, 2, 5, PRICES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than 2 steps");
    }
}
