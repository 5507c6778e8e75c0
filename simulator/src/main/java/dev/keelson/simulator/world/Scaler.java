package dev.keelson.simulator.world;

import java.util.OptionalInt;
import java.util.SortedMap;

/** What steers the fleet: stepped once a second, after what happened and before requests move. */
interface Scaler {
    SortedMap<String, String> parameters();

    /** READY at the start; empty for the fleet file's. */
    OptionalInt initial();

    void tick(FleetWorld world);
}
