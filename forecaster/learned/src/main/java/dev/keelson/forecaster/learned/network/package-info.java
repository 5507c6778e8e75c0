/** A recurrent network with a probabilistic output, run without native code. */
@NullMarked
package dev.keelson.forecaster.learned.network;

import org.jspecify.annotations.NullMarked;
