package dev.keelson.runtime.engine;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * Skip-join multi-level feedback queue (FastServe, Wu et al. 2023). A sequence joins the best level
 * whose quantum holds its first token, falls by one level when it has used its quantum up, and
 * returns to the best level after it has waited too long. Quanta double from level to level.
 *
 * <p>Service is counted in tokens read and waiting in steps, never in time: the same requests give
 * the same order. FastServe moves displaced sequences to host memory; here they keep their blocks
 * until somebody needs them.
 */
final class MultiLevelQueue implements Ranking {
    private static final int LEVELS = 8;

    private static final class Standing {
        int level;
        int used;
        long lastServed;
    }

    private final int quantum;
    private final int starvationSteps;
    private final Map<Long, Standing> standings = new HashMap<>();
    private long step;

    /**
     * @param quantum tokens that a sequence may read in the best level
     * @param starvationSteps steps without service after which it returns there
     */
    MultiLevelQueue(int quantum, int starvationSteps) {
        this.quantum = quantum;
        this.starvationSteps = starvationSteps;
    }

    @Override
    public int rankClass(Sequence sequence) {
        Standing standing = standings.get(sequence.id());
        return standing == null ? 0 : standing.level;
    }

    @Override
    public void arrived(Sequence sequence) {
        var standing = new Standing();
        standing.lastServed = step;
        while (standing.level < LEVELS - 1 && quantumOf(standing.level) < sequence.size()) {
            standing.level++;
        }
        standings.put(sequence.id(), standing);
    }

    @Override
    public void gone(Sequence sequence) {
        standings.remove(sequence.id());
    }

    @Override
    public void served(Sequence sequence, int tokens) {
        Standing standing = standings.get(sequence.id());
        if (standing == null) {
            return;
        }
        standing.lastServed = step;
        standing.used += tokens;
        while (standing.level < LEVELS - 1 && standing.used >= quantumOf(standing.level)) {
            standing.used -= (int) quantumOf(standing.level);
            standing.level++;
        }
    }

    @Override
    public void beforeStep(Collection<Sequence> waiting) {
        step++;
        for (Sequence sequence : waiting) {
            Standing standing = standings.get(sequence.id());
            if (standing != null && step - standing.lastServed > starvationSteps) {
                standing.level = 0;
                standing.used = 0;
            }
        }
    }

    /** The oldest: levels change, so the best one may be another in every step. */
    @Override
    public Sequence guaranteed(Collection<Sequence> all) {
        return all.stream().min(Comparator.comparingLong(Sequence::id)).orElseThrow();
    }

    private long quantumOf(int level) {
        return (long) quantum << level;
    }
}
