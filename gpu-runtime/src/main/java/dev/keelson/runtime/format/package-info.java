/**
 * Containers of model files: JSON by field, GGUF. Everything read is checked, and what is wrong is
 * named.
 */
@NullMarked
package dev.keelson.runtime.format;

import org.jspecify.annotations.NullMarked;
