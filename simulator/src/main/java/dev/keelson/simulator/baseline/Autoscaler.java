package dev.keelson.simulator.baseline;

import java.util.OptionalInt;
import java.util.SortedMap;

/**
 * Another system's scaling policy: a small state machine over samples. Not thread-safe: one world
 * steps it.
 */
public interface Autoscaler {
    /** Every parameter that it runs with, for the report. */
    SortedMap<String, String> parameters();

    /** Replicas at the start; empty for the fleet file's. */
    default OptionalInt initial() {
        return OptionalInt.empty();
    }

    /** Called once a second; empty keeps the present target. */
    OptionalInt step(FleetSample sample);
}
