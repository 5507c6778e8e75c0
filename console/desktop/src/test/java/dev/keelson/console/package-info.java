/** The desktop console. */
@NullMarked
package dev.keelson.console;

import org.jspecify.annotations.NullMarked;
