/**
 * Trains the bundled model: corpus, held-out documents, the trigram baseline and the training loop.
 */
@NullMarked
package dev.keelson.runtime.train;

import org.jspecify.annotations.NullMarked;
