/** Autoscaling policies of others, each from its description. */
@NullMarked
package dev.keelson.simulator.baseline;

import org.jspecify.annotations.NullMarked;
