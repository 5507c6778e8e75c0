/** What the agent tells Kafka and Prometheus. */
@NullMarked
package dev.keelson.agent.telemetry;

import org.jspecify.annotations.NullMarked;
