/**
 * The Prometheus text format as engines really print it, and one schema for what they mean by it.
 */
@NullMarked
package dev.keelson.serving.metrics;

import org.jspecify.annotations.NullMarked;
