package dev.keelson.core.control;

import dev.keelson.core.fleet.FleetState;

/** Port: what is known now. */
public interface FleetObserver {
    FleetState observe();
}
