/** Figures and the model, without a toolkit. */
@NullMarked
package dev.keelson.console.model;

import org.jspecify.annotations.NullMarked;
