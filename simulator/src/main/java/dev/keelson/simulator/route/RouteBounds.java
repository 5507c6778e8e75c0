package dev.keelson.simulator.route;

import dev.keelson.simulator.trace.PrefixRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What no routing can beat: one cache without limit that all workers share, and no queue.
 *
 * @param hitRate the highest possible
 * @param ttftSecondsMean the lowest possible
 */
public record RouteBounds(double hitRate, double ttftSecondsMean) {
    public static RouteBounds of(RouteSetup setup, List<PrefixRequest> trace) {
        Set<Long> seen = new HashSet<>();
        long cached = 0;
        long tokens = 0;
        for (PrefixRequest request : trace) {
            int matched = 0;
            while (matched < request.blocks().size()
                    && seen.contains(request.blocks().get(matched))) {
                matched++;
            }
            seen.addAll(request.blocks());
            cached += request.cachedTokens(matched, setup.blockTokens());
            tokens += request.inputTokens();
        }
        double seconds = (tokens - cached) / setup.prefillTokensPerSecond();
        return new RouteBounds((double) cached / tokens, seconds / trace.size());
    }
}
