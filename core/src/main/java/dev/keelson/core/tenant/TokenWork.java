package dev.keelson.core.tenant;

/** What a request costs an engine, in one number. */
public final class TokenWork {
    /** Price of an output token in prompt tokens, as in Sheng et al., OSDI 2024, §5.1. */
    private static final double OUTPUT_WEIGHT = 2;

    private TokenWork() {}

    /** Work in prompt tokens; at least 1, since no request is free. */
    public static double of(long promptTokens, long outputTokens) {
        return Math.max(1, promptTokens + OUTPUT_WEIGHT * outputTokens);
    }
}
