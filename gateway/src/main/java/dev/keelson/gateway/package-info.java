/** The gateway. */
@NullMarked
package dev.keelson.gateway;

import org.jspecify.annotations.NullMarked;
