/** Models and files that tests make. */
@NullMarked
package dev.keelson.runtime.testing;

import org.jspecify.annotations.NullMarked;
