/**
 * What Keelson must know of an engine to start, watch, read and end it. Pure: nothing here starts
 * anything.
 */
@NullMarked
package dev.keelson.serving.engine;

import org.jspecify.annotations.NullMarked;
