package dev.keelson.core.tenant;

import org.jspecify.annotations.Nullable;

/**
 * What a tenant may use of the whole fleet; null: no limit.
 *
 * @param requests rate in requests per second
 * @param tokens rate in tokens (prompt and output) per second
 * @param concurrency requests that wait or run at once
 */
public record TenantLimits(
        @Nullable Rate requests, @Nullable Rate tokens, @Nullable Integer concurrency) {
    public static final TenantLimits NONE = new TenantLimits(null, null, null);

    /**
     * So much a second, and at most so much at once after a pause: in any span of T seconds at most
     * burst + T × perSecond.
     */
    public record Rate(double perSecond, double burst) {
        public Rate {
            if (!(perSecond > 0 && burst >= 1)) {
                throw new IllegalArgumentException(
                        "The rate (%s) must be above 0 and the burst (%s) at least 1."
                                .formatted(perSecond, burst));
            }
        }
    }
}
