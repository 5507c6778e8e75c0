/** The engine's knobs: names, ranges, defaults, and which of them change while it serves. */
@NullMarked
package dev.keelson.runtime.knobs;

import org.jspecify.annotations.NullMarked;
