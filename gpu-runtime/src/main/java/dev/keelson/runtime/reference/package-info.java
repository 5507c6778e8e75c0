/** The decoder in plain Java: the oracle of the others, and what serves without libtorch. */
@NullMarked
package dev.keelson.runtime.reference;

import org.jspecify.annotations.NullMarked;
