package dev.keelson.core.demand;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one moment of a deployment was like: what an advice is judged by afterwards.
 *
 * @param wanted replicas that were wanted
 * @param ready replicas that were READY
 * @param advised what forecasts would have wanted; null while none could be acted on, or they acted
 * @param demand work that arrived, in replicas at their target use; null while unknown
 * @param lead how long a start is taken to last; null while none was measured
 */
public record ScalingStep(
        Instant at,
        int wanted,
        int ready,
        @Nullable Integer advised,
        @Nullable Double demand,
        @Nullable Duration lead) {}
