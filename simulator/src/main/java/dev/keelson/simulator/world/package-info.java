/** The fleet on virtual time, behind the ports of the control loop. */
@NullMarked
package dev.keelson.simulator.world;

import org.jspecify.annotations.NullMarked;
