/** Learned forecasters: trained in the background, never on the decision path. */
@NullMarked
package dev.keelson.forecaster.learned;

import org.jspecify.annotations.NullMarked;
