package dev.keelson.core.fleet;

import dev.keelson.core.demand.DemandReadings;
import java.util.List;

/**
 * A deployment with its revisions and what is asked of it.
 *
 * @param revisions those still of interest, oldest first; the last is the newest that was asked for
 */
public record DeploymentState(Deployment spec, List<Revision> revisions, DemandReadings demand) {
    public DeploymentState {
        revisions = List.copyOf(revisions);
        if (revisions.isEmpty()) {
            throw new IllegalArgumentException(
                    "The deployment (%s) must have a revision.".formatted(spec.id()));
        }
    }

    public Revision newest() {
        return revisions.getLast();
    }
}
