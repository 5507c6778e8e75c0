/**
 * The statistical forecasters: no library, deterministic by seed, the same bytes on any threads.
 */
@NullMarked
package dev.keelson.forecaster.statistical;

import org.jspecify.annotations.NullMarked;
