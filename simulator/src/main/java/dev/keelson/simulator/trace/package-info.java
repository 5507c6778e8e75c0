/** Readers of traces and fleet files, and generators. */
@NullMarked
package dev.keelson.simulator.trace;

import org.jspecify.annotations.NullMarked;
