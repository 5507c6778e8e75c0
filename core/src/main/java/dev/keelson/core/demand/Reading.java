package dev.keelson.core.demand;

import java.time.Instant;

/** A value and the moment it describes, by the control plane's clock. */
public record Reading(double value, Instant at) {}
