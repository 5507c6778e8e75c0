/** The control plane. */
@NullMarked
package dev.keelson.controlplane;

import org.jspecify.annotations.NullMarked;
