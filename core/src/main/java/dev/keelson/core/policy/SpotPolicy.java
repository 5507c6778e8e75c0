package dev.keelson.core.policy;

import java.time.Duration;

/**
 * What happens between a notice and its deadline.
 *
 * @param stopMargin the drained node is stopped this long before the deadline; default 5 s
 * @param minOnDemand replicas of each deployment kept on capacity that gets no notices; default 0
 */
public record SpotPolicy(Duration stopMargin, int minOnDemand) {
    public static final SpotPolicy DEFAULTS = new SpotPolicy(Duration.ofSeconds(5), 0);
}
