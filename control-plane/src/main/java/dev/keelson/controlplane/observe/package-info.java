/**
 * Folds what agents, gateways and streams report into the fleet's state, by this process's own
 * clock.
 */
@NullMarked
package dev.keelson.controlplane.observe;

import org.jspecify.annotations.NullMarked;
