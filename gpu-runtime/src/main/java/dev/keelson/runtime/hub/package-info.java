/** Models from a hub that answers like Hugging Face's, kept in a folder of this machine. */
@NullMarked
package dev.keelson.runtime.hub;

import org.jspecify.annotations.NullMarked;
