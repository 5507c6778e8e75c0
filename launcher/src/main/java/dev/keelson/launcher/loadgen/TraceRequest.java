package dev.keelson.launcher.loadgen;

import java.time.Duration;

/**
 * One request of a trace.
 *
 * @param offset time since the first request of the trace
 * @param promptTokens length of the prompt
 * @param outputTokens length of the answer
 */
public record TraceRequest(Duration offset, int promptTokens, int outputTokens) {}
