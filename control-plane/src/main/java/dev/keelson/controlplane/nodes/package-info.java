/** Where nodes come from. */
@NullMarked
package dev.keelson.controlplane.nodes;

import org.jspecify.annotations.NullMarked;
