package dev.keelson.agent.notice;

import java.time.Instant;

/**
 * The provider will take this machine.
 *
 * @param kind terminate, stop or hibernate, as the provider calls it
 * @param at when, by the provider's clock, which the machine's own follows
 * @param source where it was read
 */
public record SpotAction(String kind, Instant at, String source) {}
