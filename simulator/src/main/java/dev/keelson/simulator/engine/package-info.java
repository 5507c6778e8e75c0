/**
 * One inference engine on virtual time: iteration-level scheduling, chunked prefill, paged KV
 * blocks, preemption and prefix cache.
 *
 * <p>Nothing here reads a clock or a file; the readers are in {@code engine.profile}.
 */
@NullMarked
package dev.keelson.simulator.engine;

import org.jspecify.annotations.NullMarked;
