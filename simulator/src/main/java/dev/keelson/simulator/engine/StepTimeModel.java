package dev.keelson.simulator.engine;

import java.util.List;

/** How long one step takes. Implementations are immutable and use no chance. */
public interface StepTimeModel {
    /** Where a step time comes from, best first. */
    enum Source {
        /** Interpolated between measured operator times. */
        MEASURED_TABLES,
        /** A linear model fitted on measured steps. */
        REGRESSION,
        /** Peak arithmetic and memory rates with fitted efficiencies. */
        ROOFLINE
    }

    /**
     * Time of one step in microseconds, for the work of every data-parallel rank, in rank order.
     */
    double stepMicros(List<StepWork> ranks);

    /** What the times rest on. */
    Source source();
}
