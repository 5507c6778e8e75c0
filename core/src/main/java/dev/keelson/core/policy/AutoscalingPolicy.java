package dev.keelson.core.policy;

import dev.keelson.core.fleet.DeploymentId;
import java.time.Duration;

/**
 * Reactive scaling of one deployment.
 *
 * @param targetUtilization wanted (in flight + queued) ÷ (replicas × maxSequences); in (0, 1],
 *     default 0.7
 * @param targetKvUse KV use above which one more replica is wanted; in (0, 1], default 0.85
 * @param scaleOutHold demand must exceed the target this long; default 2 s
 * @param scaleInHold demand must fit fewer replicas at least this long, and the shrink goes to the
 *     most needed within it; default 60 s
 * @param scaleInStarts and at least so many measured start-ups long; default 20. A replica that is
 *     kept costs its time; one that is missing costs the time of a start-up and the requests that
 *     wait meanwhile. To wait until both are equal is never more than twice as dear as knowing the
 *     future (Karlin et al., Competitive Snoopy Caching, Algorithmica 3, 1988). 20 values capacity
 *     that is missing at 19 times its price: the fractile 0.95 of the newsvendor
 * @param fullSlowdown time of a request at a full replica ÷ its time alone, from 1; default 1.5
 * @param tolerance band around the target in which nothing changes; default 0.1
 * @param maxStep replicas added at once; default 4
 * @param maxInputAge readings older than this are not acted on; default 10 s
 */
public record AutoscalingPolicy(
        DeploymentId deployment,
        double targetUtilization,
        double targetKvUse,
        Duration scaleOutHold,
        Duration scaleInHold,
        int scaleInStarts,
        double fullSlowdown,
        double tolerance,
        int maxStep,
        Duration maxInputAge) {
    public static AutoscalingPolicy defaults(DeploymentId deployment) {
        return new AutoscalingPolicy(
                deployment,
                0.7,
                0.85,
                Duration.ofSeconds(2),
                Duration.ofSeconds(60),
                20,
                1.5,
                0.1,
                4,
                Duration.ofSeconds(10));
    }
}
