package dev.keelson.simulator.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.simulator.trace.DemandSeries;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ScalingProblemTest {
    private static final int FIRST = 1;

    /** The cheapest of all targets, by trying every one. */
    private static double cheapest(ScalingProblem problem, int most) {
        int decided = problem.ticks() - FIRST;
        int plans = (int) Math.round(Math.pow(most + 1, decided));
        double best = Double.POSITIVE_INFINITY;
        for (int plan = 0; plan < plans; plan++) {
            var targets = new int[problem.ticks()];
            for (int i = 0, rest = plan; i < decided; i++, rest /= most + 1) {
                targets[FIRST - 1 + i] = rest % (most + 1);
            }
            best = Math.min(best, problem.score(targets).cost());
        }
        return best;
    }

    @Test
    void theOracleIsTheCheapestOfAllPlans() {
        for (int seed = 0; seed < 400; seed++) {
            var random = new SplittableRandom(seed);
            int most = 1 + random.nextInt(3);
            var demand = new double[FIRST + (most == 3 ? 5 : 6)];
            for (int t = 0; t < demand.length; t++) {
                demand[t] = random.nextInt(3) == 0 ? 0 : random.nextDouble() * most;
            }
            var problem = ScalingProblem.of(demand, FIRST, random.nextInt(4));
            assertThat(problem.clairvoyantCost())
                    .as("seed %d", seed)
                    .isEqualTo(cheapest(problem, most), within(1e-9));
        }
    }

    @Test
    void aTargetIsReadyAfterTheLeadAndAShrinkAtOnce() {
        var problem = ScalingProblem.of(new double[8], 1, 2);
        var targets = new int[] {1, 4, 4, 4, 4, 2, 5, 5};
        var replicas = new ArrayList<Integer>();
        for (int tick = 1; tick < 8; tick++) {
            replicas.add(problem.replicas(targets, tick));
        }
        assertThat(replicas).containsExactly(1, 1, 1, 4, 4, 2, 2);
        assertThat(problem.readyIn(targets, 3)).containsExactly(0, 0, 0, 0);
        assertThat(problem.readyIn(targets, 2)).containsExactly(0, 1, 1, 1);
    }

    @Test
    void demandIsScaledByTheTrainingPartAlone() {
        var values = new ArrayList<Double>(Collections.nCopies(60, 10.0));
        values.addAll(Collections.nCopies(40, 1_000.0));
        var problem = ScalingProblem.of(new DemandSeries("steps", values), 1);
        assertThat(problem.first()).isEqualTo(60);
        assertThat(problem.demand(0)).isEqualTo(40, within(1e-9));
        assertThat(problem.demand(99)).isEqualTo(4_000, within(1e-9));
    }

    @Test
    void aRuleIsShownEachTickOnceAndNothingLater() {
        var seen = new ArrayList<Double>();
        var decidedAfter = new ArrayList<Integer>();
        TargetRule spy =
                new TargetRule() {
                    @Override
                    public void observe(double demand) {
                        seen.add(demand);
                    }

                    @Override
                    public int target(List<Integer> readyIn) {
                        decidedAfter.add(seen.size());
                        return 3;
                    }
                };
        var demand = new double[] {1, 2, 3, 4, 5};
        var play = TargetRule.play(ScalingProblem.of(demand, 2, 1), spy);
        assertThat(decidedAfter).containsExactly(2, 3, 4, 5);
        assertThat(play.targets()).containsExactly(0, 3, 3, 3, 3);
        assertThat(play.score().cost()).isEqualTo(3 * 3 + 10 * (1 + 2), within(1e-9));
    }

    @Test
    void hpaTakesTheMostOfFiveTicksOverItsTarget() {
        var hpa = new HpaRule(0.7);
        for (double demand : new double[] {7, 1, 1, 1, 1}) {
            hpa.observe(demand);
        }
        assertThat(hpa.target(List.of())).isEqualTo(10);
        hpa.observe(1.5);
        assertThat(hpa.target(List.of())).isEqualTo(3);
    }
}
