/** The serving engine. */
@NullMarked
package dev.keelson.runtime;

import org.jspecify.annotations.NullMarked;
