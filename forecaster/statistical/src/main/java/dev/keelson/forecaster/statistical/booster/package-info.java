/** Gradient boosting of one quantile: histograms, leaf-wise trees, leaves set to the quantile. */
@NullMarked
package dev.keelson.forecaster.statistical.booster;

import org.jspecify.annotations.NullMarked;
