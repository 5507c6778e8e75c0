/** Training with Smile; the only importer of smile (GPL-3.0). */
@NullMarked
package dev.keelson.forecaster.learned.smile;

import org.jspecify.annotations.NullMarked;
