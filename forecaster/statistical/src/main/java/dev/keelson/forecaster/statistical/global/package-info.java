/** Forecasters that learn from many series together. */
@NullMarked
package dev.keelson.forecaster.statistical.global;

import org.jspecify.annotations.NullMarked;
