/** Trained models on disk: written atomically, refused when corrupt or foreign. */
@NullMarked
package dev.keelson.forecaster.learned.registry;

import org.jspecify.annotations.NullMarked;
