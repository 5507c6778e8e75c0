/** A training run in a process of its own: read a job, train, keep the model, end. */
@NullMarked
package dev.keelson.forecaster.learned.train;

import org.jspecify.annotations.NullMarked;
