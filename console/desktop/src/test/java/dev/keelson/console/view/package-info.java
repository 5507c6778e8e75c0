/** JavaFX nodes over the model. */
@NullMarked
package dev.keelson.console.view;

import org.jspecify.annotations.NullMarked;
