package dev.keelson.simulator.scaling;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Decides a target at the end of every tick from what it was shown: it can know nothing else. Not
 * thread-safe: one play steps it.
 */
public interface TargetRule {
    /** Demand of the tick that ended, in replicas. Called once a tick, from the first on. */
    void observe(double demand);

    /**
     * The target of this tick's end; called on scored ticks alone.
     *
     * @param readyIn ticks until each replica of the last target is ready, ascending
     */
    int target(List<Integer> readyIn);

    /** What a rule's targets are, and what they cost. */
    static Play play(ScalingProblem problem, TargetRule rule) {
        var targets = new int[problem.ticks()];
        for (int t = 0; t < problem.ticks(); t++) {
            rule.observe(problem.demand(t));
            if (t == problem.first() - 1) {
                // The first target is there at once, as if it had been wanted all along.
                targets[t] = rule.target(Collections.nCopies(ScalingProblem.MOST, 0));
            } else if (t >= problem.first()) {
                targets[t] = rule.target(problem.readyIn(targets, t));
            }
        }
        return new Play(Arrays.stream(targets).boxed().toList(), problem.score(targets));
    }

    /**
     * @param targets by tick; 0 before the first that counts
     */
    record Play(List<Integer> targets, ScalingProblem.Score score) {}
}
