/** How good forecasts were: scores of single forecasts and back tests that never look ahead. */
@NullMarked
package dev.keelson.forecaster.statistical.score;

import org.jspecify.annotations.NullMarked;
