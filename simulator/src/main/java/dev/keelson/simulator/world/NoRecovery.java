package dev.keelson.simulator.world;

import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** Nobody mends anything: what is lost stays lost. */
final class NoRecovery implements Scaler {
    @Override
    public SortedMap<String, String> parameters() {
        return new TreeMap<>();
    }

    @Override
    public OptionalInt initial() {
        return OptionalInt.empty();
    }

    @Override
    public void tick(FleetWorld world) {
        // Nothing.
    }
}
