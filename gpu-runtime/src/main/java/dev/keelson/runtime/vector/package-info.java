/** The decoder of the Vector API: plain Java that runs at the speed of the processor's memory. */
@NullMarked
package dev.keelson.runtime.vector;

import org.jspecify.annotations.NullMarked;
