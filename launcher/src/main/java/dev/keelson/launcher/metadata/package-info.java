/** A small instance metadata service for the spot nodes of a local fleet. */
@NullMarked
package dev.keelson.launcher.metadata;

import org.jspecify.annotations.NullMarked;
