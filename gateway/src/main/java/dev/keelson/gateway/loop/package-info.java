/** The thread that moves the bytes of streams. */
@NullMarked
package dev.keelson.gateway.loop;

import org.jspecify.annotations.NullMarked;
