/**
 * What every forecaster reads and writes: regular series with gaps, quantile forecasts, the port.
 */
@NullMarked
package dev.keelson.forecaster.series;

import org.jspecify.annotations.NullMarked;
