/** The node agent. */
@NullMarked
package dev.keelson.agent;

import org.jspecify.annotations.NullMarked;
