/**
 * Carries plans out: commands to agents until they are seen to have worked, and nodes from their
 * provider.
 */
@NullMarked
package dev.keelson.controlplane.actuate;

import org.jspecify.annotations.NullMarked;
