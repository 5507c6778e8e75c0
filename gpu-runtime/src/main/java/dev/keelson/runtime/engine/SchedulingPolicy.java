package dev.keelson.runtime.engine;

/** Who runs first. */
public enum SchedulingPolicy {
    /** First come, first served. */
    FCFS,
    /** The smallest {@code priority} first; one that runs makes room for a smaller one. */
    PRIORITY,
    /** Skip-join multi-level feedback queue: short answers pass long ones without being told. */
    MLFQ;

    Ranking ranking(int quantum, int starvationSteps) {
        return switch (this) {
            case FCFS -> Ranking.arrival();
            case PRIORITY -> Ranking.priority();
            case MLFQ -> new MultiLevelQueue(quantum, starvationSteps);
        };
    }
}
