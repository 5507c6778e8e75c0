package dev.keelson.simulator.engine.steptime;

/**
 * What operator tables do not hold and a real run tells.
 *
 * @param stepMicros added to every step: launch, sampling on the host, gaps, in microseconds
 * @param tokenMicros added for every sequence of a step, in microseconds
 */
public record StepConstants(double stepMicros, double tokenMicros) {
    /** Nothing added. */
    public static final StepConstants ZERO = new StepConstants(0, 0);
}
