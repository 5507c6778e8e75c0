package dev.keelson.core.demand;

/** What is forecast of a deployment's demand; each is a mean rate per second over a step. */
public enum Indicator {
    /** Requests that arrive. */
    REQUESTS,
    /** Prompt tokens that have to be computed: those found in a prefix cache are subtracted. */
    PREFILL_TOKENS,
    /** Tokens to generate. */
    DECODE_TOKENS
}
