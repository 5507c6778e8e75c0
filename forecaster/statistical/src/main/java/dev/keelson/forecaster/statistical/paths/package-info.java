/** Joint sample paths of demand, made from what has been seen: what the planner decides by. */
@NullMarked
package dev.keelson.forecaster.statistical.paths;

import org.jspecify.annotations.NullMarked;
