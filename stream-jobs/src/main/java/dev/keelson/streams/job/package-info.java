/** Flink wiring: sources, keyed functions, sinks, and the process that restores itself. */
@NullMarked
package dev.keelson.streams.job;

import org.jspecify.annotations.NullMarked;
