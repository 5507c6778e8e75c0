/** Simulated runs against recorded ones: errors, and the fit of the constants. */
@NullMarked
package dev.keelson.simulator.engine.validate;

import org.jspecify.annotations.NullMarked;
