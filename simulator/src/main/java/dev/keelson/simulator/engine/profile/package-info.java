/**
 * Readers of operator profiles, recorded runs and load times. What they cannot read they name by
 * file and line.
 */
@NullMarked
package dev.keelson.simulator.engine.profile;

import org.jspecify.annotations.NullMarked;
