/** One engine on virtual time: measured step times, iteration-level scheduling, paged KV. */
@NullMarked
package dev.keelson.simulator.engine;

import org.jspecify.annotations.NullMarked;
