package dev.keelson.core.policy;

import dev.keelson.core.fleet.DeploymentId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Scaling of one deployment on forecasts.
 *
 * @param missPrice the one price that trades cost against misses: what one replica's worth of
 *     demand that is not served for a time costs, in replicas held for that time; above 0, default
 *     4. The lower it is, the more of the work may wait when a replica is taken away: 7.5 % of it
 *     at 4
 * @param leadQuantile the quantile of measured start-up times that an order is taken to last; in
 *     (0, 1], default 0.95
 * @param shrinkHold the most wanted within it is kept; default 10 s
 * @param floorUtilization whatever is forecast, of the requests that are there (in flight and
 *     queued) all have a place among this share of (replicas x maxSequences), or get one within the
 *     service level's TTFT; in (0, 1], default 0.9
 * @param minLanded outcomes that must have landed before forecasts are acted on; default 20
 * @param maxAge forecasts with an older origin are not acted on; default 60 s
 * @param mode whether they act on this deployment; null leaves it to the fleet's autonomy for
 *     forecasts, which is ADVISE where nothing is said
 */
public record ForecastPolicy(
        DeploymentId deployment,
        double missPrice,
        double leadQuantile,
        Duration shrinkHold,
        double floorUtilization,
        int minLanded,
        Duration maxAge,
        @Nullable Mode mode) {
    /** What forecasts do. */
    public enum Mode {
        /** They show what they would have done; present load scales. */
        ADVISE,
        /** They scale; present load is their floor. */
        ACT
    }

    /** As the fleet's autonomy has it. */
    public ForecastPolicy(
            DeploymentId deployment,
            double missPrice,
            double leadQuantile,
            Duration shrinkHold,
            double floorUtilization,
            int minLanded,
            Duration maxAge) {
        this(
                deployment,
                missPrice,
                leadQuantile,
                shrinkHold,
                floorUtilization,
                minLanded,
                maxAge,
                null);
    }

    public static ForecastPolicy defaults(DeploymentId deployment) {
        return new ForecastPolicy(
                deployment, 4, 0.95, Duration.ofSeconds(10), 0.9, 20, Duration.ofMinutes(1));
    }
}
