/** {@code keelson forecast ...}: forecasting files, back tests, and the forecaster's benchmarks. */
@NullMarked
package dev.keelson.lab.forecast;

import org.jspecify.annotations.NullMarked;
