/** The commands, one class each: they parse, ask and print. */
@NullMarked
package dev.keelson.launcher.command;

import org.jspecify.annotations.NullMarked;
