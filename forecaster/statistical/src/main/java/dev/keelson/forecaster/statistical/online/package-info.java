/** One series forecast while it arrives. */
@NullMarked
package dev.keelson.forecaster.statistical.online;

import org.jspecify.annotations.NullMarked;
