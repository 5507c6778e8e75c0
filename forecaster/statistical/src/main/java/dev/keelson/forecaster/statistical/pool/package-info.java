/** Forecasters that learn from one series alone. */
@NullMarked
package dev.keelson.forecaster.statistical.pool;

import org.jspecify.annotations.NullMarked;
