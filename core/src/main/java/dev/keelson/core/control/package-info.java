/** The control loop and its ports. */
@NullMarked
package dev.keelson.core.control;

import org.jspecify.annotations.NullMarked;
