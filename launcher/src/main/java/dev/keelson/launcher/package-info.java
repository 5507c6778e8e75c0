/** The command and the local fleet. */
@NullMarked
package dev.keelson.launcher;

import org.jspecify.annotations.NullMarked;
