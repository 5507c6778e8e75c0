package dev.keelson.core.policy;

import java.time.Duration;

/**
 * When something counts as lost, and how it is replaced.
 *
 * @param nodeSilence a node silent this long is lost while its session looks open; default 4 s
 * @param closedSilence the same once its session is closed; default 3.8 s, more than an agent takes
 *     to start again beside its engines
 * @param startTimeout a replica not READY after this long has failed; default 120 s
 * @param startBackoff wait before the next start after a failed one, doubled each time; default 1 s
 * @param maxStartFailures after so many failures in a row a revision is not started again; default
 *     5
 * @param breakerShare more than max(1, this share) of the nodes silent within one window opens the
 *     breaker; default 0.3
 * @param rolloutMargin a new revision whose failure share exceeds the old one's by more than this
 *     is reverted; default 0.05
 */
public record RecoveryPolicy(
        Duration nodeSilence,
        Duration closedSilence,
        Duration startTimeout,
        Duration startBackoff,
        int maxStartFailures,
        double breakerShare,
        double rolloutMargin) {
    public static final RecoveryPolicy DEFAULTS =
            new RecoveryPolicy(
                    Duration.ofSeconds(4),
                    Duration.ofMillis(3_800),
                    Duration.ofSeconds(120),
                    Duration.ofSeconds(1),
                    5,
                    0.3,
                    0.05);
}
