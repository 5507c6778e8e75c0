package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the fleet's incidents. */
final class Incidents {
    /** Kinds that say something was lost. */
    static final Set<String> LOSS = Set.of("engine-lost", "engine-hung", "node-lost");

    private Incidents() {}

    static List<JsonNode> since(Fleet fleet, Instant begin, Set<String> kinds) {
        return fleet.get("incidents").stream()
                .filter(i -> kinds.contains(i.path("kind").asText()))
                .filter(i ->
                        !Instant.parse(i.path("openedAt").asText()).isBefore(begin.minusMillis(50)))
                .toList();
    }

    /**
     * Waits for an incident of one of these kinds and returns the time from the fault to its
     * opening.
     */
    static Duration detection(Fleet fleet, Instant fault, Set<String> kinds, Duration limit) {
        Fleet.await("an incident of " + kinds, limit, () -> !since(fleet, fault, kinds).isEmpty());
        return since(fleet, fault, kinds).stream()
                .map(i -> Duration.between(fault, Instant.parse(i.path("openedAt").asText())))
                .min(Duration::compareTo)
                .orElseThrow();
    }

    static Optional<Double> milliseconds(JsonNode incident, String field) {
        return incident.path(field).isNumber()
                ? Optional.of(incident.path(field).asDouble())
                : Optional.empty();
    }
}
