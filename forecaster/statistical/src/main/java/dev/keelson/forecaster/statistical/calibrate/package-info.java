/**
 * From quantiles to honest ones, and from many forecasters to one, by outcomes that have landed.
 */
@NullMarked
package dev.keelson.forecaster.statistical.calibrate;

import org.jspecify.annotations.NullMarked;
