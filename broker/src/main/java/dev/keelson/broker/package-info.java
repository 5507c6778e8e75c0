/** The embedded Kafka broker. */
@NullMarked
package dev.keelson.broker;

import org.jspecify.annotations.NullMarked;
