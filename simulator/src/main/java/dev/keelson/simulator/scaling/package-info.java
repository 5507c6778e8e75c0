/** Autoscaling on a demand series in replicas: what a rule of targets costs, without an engine. */
@NullMarked
package dev.keelson.simulator.scaling;

import org.jspecify.annotations.NullMarked;
