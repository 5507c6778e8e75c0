package dev.keelson.simulator.engine.steptime;

import dev.keelson.simulator.engine.StepWork;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the ranks of one step come to together: they wait for the slowest and exchange the tokens of
 * all.
 *
 * @param slowestMicros time of the slowest rank, in microseconds
 * @param tokens of all ranks
 * @param mostSequences sequences of the rank that samples most
 */
record RankTotals(double slowestMicros, int tokens, int mostSequences) {
    /**
     * @param rankMicros time of one rank's part, in microseconds
     */
    static RankTotals of(List<StepWork> ranks, ToDoubleFunction<StepWork> rankMicros) {
        double slowest = 0;
        int tokens = 0;
        int mostSequences = 0;
        for (var rank : ranks) {
            // A rank without work still takes part in the collectives, with one dummy token.
            var work = rank.tokens() == 0 ? StepWork.decode(1, 1) : rank;
            slowest = Math.max(slowest, rankMicros.applyAsDouble(work));
            tokens += work.tokens();
            mostSequences = Math.max(mostSequences, work.logitRows());
        }
        return new RankTotals(slowest, tokens, mostSequences);
    }
}
