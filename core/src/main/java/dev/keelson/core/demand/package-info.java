/** What comes: readings of demand, and forecasts of it. */
@NullMarked
package dev.keelson.core.demand;

import org.jspecify.annotations.NullMarked;
