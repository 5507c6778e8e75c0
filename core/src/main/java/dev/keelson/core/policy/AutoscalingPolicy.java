package dev.keelson.core.policy;

import dev.keelson.core.fleet.DeploymentId;
import java.time.Duration;

/**
 * Reactive scaling of one deployment.
 *
 * @param targetUtilization wanted (in flight + queued) ÷ (replicas × maxSequences); in (0, 1],
 *     default 0.6
 * @param targetKvUse KV use above which one more replica is wanted; in (0, 1], default 0.85
 * @param scaleOutHold demand must exceed the target this long; default 2 s
 * @param scaleInHold demand must fit fewer replicas this long, and the shrink goes to the most
 *     needed within it; default 60 s
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
        double tolerance,
        int maxStep,
        Duration maxInputAge) {
    public static AutoscalingPolicy defaults(DeploymentId deployment) {
        return new AutoscalingPolicy(
                deployment,
                0.6,
                0.85,
                Duration.ofSeconds(2),
                Duration.ofSeconds(60),
                0.1,
                4,
                Duration.ofSeconds(10));
    }
}
