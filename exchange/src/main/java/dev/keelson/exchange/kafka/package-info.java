/**
 * Kafka from the outside: publishing through a bounded spool on disk, the request log, the feed of
 * demand.
 */
@NullMarked
package dev.keelson.exchange.kafka;

import org.jspecify.annotations.NullMarked;
