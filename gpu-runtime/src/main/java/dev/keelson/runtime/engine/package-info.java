/**
 * Continuous batching, the paged KV cache's bookkeeping and sampling: pure decisions, no DJL, no
 * sockets.
 */
@NullMarked
package dev.keelson.runtime.engine;

import org.jspecify.annotations.NullMarked;
