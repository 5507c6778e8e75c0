package dev.keelson.core.plan;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a plan says of incidents. An incident is named by kind and target; at most one of a name is
 * open.
 */
public sealed interface IncidentChange {
    String kind();

    String target();

    /**
     * @param lastEvidenceAt last sign of life of the target, for the time to detection; null where
     *     there was none
     * @param evidence sentences
     */
    record Opened(
            String kind, String target, @Nullable Instant lastEvidenceAt, List<String> evidence)
            implements IncidentChange {
        public Opened {
            evidence = List.copyOf(evidence);
        }
    }

    /** No new request reaches the target any more. */
    record Rerouted(String kind, String target) implements IncidentChange {}

    /** As many READY replicas as wanted again. */
    record Recovered(String kind, String target) implements IncidentChange {}

    record Resolved(String kind, String target) implements IncidentChange {}
}
