package dev.keelson.core.fleet;

/** How a node's capacity is bought, and so how it may be taken away. */
public enum CapacityType {
    ON_DEMAND,
    /** May vanish after a notice of 0 to 120 s. */
    SPOT,
    RESERVED
}
