package dev.keelson.simulator.world;

/**
 * A change of the wanted replicas.
 *
 * @param seconds since the start
 */
public record ScaleAction(double seconds, int from, int to) {}
