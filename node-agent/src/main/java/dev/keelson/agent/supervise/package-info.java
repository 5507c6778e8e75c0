/** Starts, watches, drains and ends engines; adopts those it finds. */
@NullMarked
package dev.keelson.agent.supervise;

import org.jspecify.annotations.NullMarked;
