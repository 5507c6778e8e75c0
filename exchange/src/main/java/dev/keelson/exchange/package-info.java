/** What several processes share: identity, configuration files, journal, publishing to Kafka. */
@NullMarked
package dev.keelson.exchange;

import org.jspecify.annotations.NullMarked;
