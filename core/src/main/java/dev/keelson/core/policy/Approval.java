package dev.keelson.core.policy;

import dev.keelson.core.fleet.DeploymentId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An operator's word that what a GUARDED class asks for may be done, until it expires.
 *
 * @param owner who gave it
 * @param deployment whose actions; null: every deployment's, and those of no deployment
 */
public record Approval(
        String owner,
        ActionClass actionClass,
        @Nullable DeploymentId deployment,
        Instant expiresAt) {
    /** Does it let an action of this class be done to the deployment (null: to none) now? */
    public boolean covers(ActionClass asked, @Nullable DeploymentId of, Instant now) {
        return actionClass == asked
                && (deployment == null || deployment.equals(of))
                && expiresAt.isAfter(now);
    }
}
