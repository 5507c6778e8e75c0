/** Kafka topics and the codecs of their records. */
@NullMarked
package dev.keelson.protocol;

import org.jspecify.annotations.NullMarked;
