/** How a model wants conversations to be written. */
@NullMarked
package dev.keelson.runtime.chat;

import org.jspecify.annotations.NullMarked;
