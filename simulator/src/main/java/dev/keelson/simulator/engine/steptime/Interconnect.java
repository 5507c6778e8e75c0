package dev.keelson.simulator.engine.steptime;

/**
 * Collectives over a ring.
 *
 * @param reduceHopMicros latency of one hop of an all-reduce inside a captured graph, in
 *     microseconds
 * @param gatherHopMicros latency of one hop of an all-gather or reduce-scatter, in microseconds
 * @param bytesPerMicro bandwidth of one link in one direction, in bytes per microsecond (1 GB/s is
 *     1,000)
 */
public record Interconnect(double reduceHopMicros, double gatherHopMicros, double bytesPerMicro) {
    /**
     * One hop of vLLM's own all-reduce between two accelerators on PCIe, in microseconds: half of
     * 5.40, measured for 128 bytes in a captured graph on L40S (aiconfigurator, {@code
     * l40s/custom_allreduce_perf.csv}, vLLM 0.14). The links in a run's configuration describe NCCL
     * and are far slower to start.
     */
    public static final double MEASURED_REDUCE_HOP_MICROS = 2.70;

    public Interconnect {
        if (!(reduceHopMicros >= 0) || !(gatherHopMicros >= 0) || !(bytesPerMicro > 0)) {
            throw new IllegalArgumentException(
                    "Hops of %f and %f microseconds on %f bytes per microsecond cannot be."
                            .formatted(reduceHopMicros, gatherHopMicros, bytesPerMicro));
        }
    }

    /** The same with another latency of the all-reduce. */
    public Interconnect withReduceHopMicros(double micros) {
        return new Interconnect(micros, gatherHopMicros, bytesPerMicro);
    }

    /** 2 (n - 1) hops, and 2 (n - 1) / n of the bytes over each link. */
    public double allReduceMicros(int ranks, double bytes) {
        return ranks == 1 ? 0 : 2 * (ranks - 1) * (reduceHopMicros + bytes / ranks / bytesPerMicro);
    }

    /** All-gather or reduce-scatter: n - 1 hops, and (n - 1) / n of the bytes over each link. */
    public double gatherMicros(int ranks, double bytes) {
        return ranks == 1 ? 0 : (ranks - 1) * (gatherHopMicros + bytes / ranks / bytesPerMicro);
    }
}
