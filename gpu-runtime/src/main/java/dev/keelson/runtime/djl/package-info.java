/** The decoder on PyTorch through DJL; the only package that imports it. */
@NullMarked
package dev.keelson.runtime.djl;

import org.jspecify.annotations.NullMarked;
