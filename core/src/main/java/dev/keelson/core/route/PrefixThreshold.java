package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;
import java.util.Comparator;
import java.util.List;

/**
 * Cache-aware routing by thresholds, as SGLang's router does it, with load in seconds of queued
 * work: while the queues are out of balance (longest − shortest &gt; {@code imbalanceSeconds} and
 * longest &gt; {@code imbalanceRatio} × shortest) the shortest queue; else the longest match when
 * it covers more than {@code matchShare} of the prompt; else the shortest queue.
 *
 * @param matchShare 0 to 1
 */
public record PrefixThreshold(double matchShare, double imbalanceSeconds, double imbalanceRatio)
        implements RoutePolicy {
    private static final Comparator<RouteCandidate> LONGEST_MATCH =
            Comparator.comparingDouble((RouteCandidate candidate) -> -candidate.cachedShare())
                    .thenComparing(ShortestQueue.ORDER);

    public PrefixThreshold {
        if (!(matchShare >= 0 && matchShare <= 1)) {
            throw new IllegalArgumentException(
                    "The matchShare (%s) must be in [0, 1].".formatted(matchShare));
        }
        if (!(imbalanceSeconds >= 0 && imbalanceRatio >= 1)) {
            throw new IllegalArgumentException(
                    "The imbalanceSeconds (%s) must be at least 0 and the imbalanceRatio (%s) at least 1."
                            .formatted(imbalanceSeconds, imbalanceRatio));
        }
    }

    @Override
    public ReplicaId choose(List<RouteCandidate> candidates) {
        RouteCandidate best = candidates.getFirst();
        RouteCandidate least = best;
        double longestQueue = 0;
        for (RouteCandidate candidate : candidates) {
            longestQueue = Math.max(longestQueue, candidate.queueSeconds());
            best = LONGEST_MATCH.compare(candidate, best) < 0 ? candidate : best;
            least = ShortestQueue.ORDER.compare(candidate, least) < 0 ? candidate : least;
        }
        double shortestQueue = least.queueSeconds();
        boolean unbalanced =
                longestQueue - shortestQueue > imbalanceSeconds
                        && longestQueue > imbalanceRatio * shortestQueue;
        return (!unbalanced && best.cachedShare() > matchShare ? best : least).id();
    }
}
