/**
 * The forecaster's process. It reads the demand stream and writes forecasts; nothing waits for it,
 * and what is without a fresh forecast scales reactively.
 */
@NullMarked
package dev.keelson.forecaster.service;

import org.jspecify.annotations.NullMarked;
