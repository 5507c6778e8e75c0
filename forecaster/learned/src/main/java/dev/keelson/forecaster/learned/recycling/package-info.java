/**
 * Old models kept beside the newest one, weighed by what they cost lately; drift that asks for a
 * new one.
 */
@NullMarked
package dev.keelson.forecaster.learned.recycling;

import org.jspecify.annotations.NullMarked;
