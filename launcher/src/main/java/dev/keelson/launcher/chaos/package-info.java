/** Faults on purpose, put in place by the supervisor. */
@NullMarked
package dev.keelson.launcher.chaos;

import org.jspecify.annotations.NullMarked;
