/** What a booster is told about a moment of a series, using only what was known then. */
@NullMarked
package dev.keelson.forecaster.statistical.feature;

import org.jspecify.annotations.NullMarked;
