/** What the jobs compute, without Flink: event time and ledgers in, records out. */
@NullMarked
package dev.keelson.streams.function;

import org.jspecify.annotations.NullMarked;
