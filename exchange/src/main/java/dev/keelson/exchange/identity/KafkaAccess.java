package dev.keelson.exchange.identity;

import java.util.Map;

/**
 * Where this fleet's Kafka is and how its members authenticate; given by the control plane.
 *
 * @param properties client properties such as security.protocol; may hold a password
 */
public record KafkaAccess(String bootstrap, Map<String, String> properties) {
    public KafkaAccess {
        properties = Map.copyOf(properties);
    }

    /** Leaves the properties out: they may hold a password. */
    @Override
    public String toString() {
        return "KafkaAccess[" + bootstrap + "]";
    }
}
