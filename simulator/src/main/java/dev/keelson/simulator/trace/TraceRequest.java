package dev.keelson.simulator.trace;

/**
 * One request of a trace.
 *
 * @param seconds arrival since the trace's start
 * @param promptTokens at least 1
 * @param outputTokens at least 1
 */
public record TraceRequest(double seconds, int promptTokens, int outputTokens) {}
