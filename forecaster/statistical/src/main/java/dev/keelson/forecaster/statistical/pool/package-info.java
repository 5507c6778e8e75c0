/** Forecasters that learn from one series alone, or from several indicators of one demand. */
@NullMarked
package dev.keelson.forecaster.statistical.pool;

import org.jspecify.annotations.NullMarked;
