/** Forests, autoregressions and Gaussian processes as plain numbers. */
@NullMarked
package dev.keelson.forecaster.learned.plain;

import org.jspecify.annotations.NullMarked;
