package dev.keelson.simulator.baseline;

/** Lets something happen every so many seconds, first at second 0. Mutable. */
final class Cadence {
    private final double seconds;
    private double next;

    Cadence(double seconds) {
        this.seconds = seconds;
    }

    boolean isDue(double now) {
        if (now + 1e-9 < next) {
            return false;
        }
        next += seconds;
        return true;
    }
}
