package dev.keelson.simulator.trace;

import java.util.List;

/**
 * One request of a trace.
 *
 * @param seconds arrival since the trace's start
 * @param promptTokens at least 1
 * @param outputTokens at least 1
 * @param prefixHashes one for each full prefix block of the prompt, from its start; empty where the
 *     trace does not say what is shared
 */
public record TraceRequest(
        double seconds, int promptTokens, int outputTokens, Label label, List<Long> prefixHashes) {
    public TraceRequest {
        prefixHashes = List.copyOf(prefixHashes);
    }

    public TraceRequest(double seconds, int promptTokens, int outputTokens, Label label) {
        this(seconds, promptTokens, outputTokens, label, List.of());
    }

    public TraceRequest(double seconds, int promptTokens, int outputTokens) {
        this(seconds, promptTokens, outputTokens, Label.NONE);
    }

    /** The same at another time. */
    TraceRequest at(double other) {
        return new TraceRequest(other, promptTokens, outputTokens, label, prefixHashes);
    }

    /** The same from somebody else, of whom it shares no prefix: another conversation. */
    TraceRequest ofAnother(long who) {
        long mixed = who * 0x9E3779B97F4A7C15L;
        return new TraceRequest(
                seconds,
                promptTokens,
                outputTokens,
                label,
                prefixHashes.stream().map(hash -> hash ^ mixed).toList());
    }

    /**
     * Who asks, and for what.
     *
     * @param tenant empty where the trace names none
     * @param adapter empty for the base model
     * @param priority smaller is served first; 0 by default
     */
    public record Label(String tenant, String adapter, int priority) {
        public static final Label NONE = new Label("", "", 0);
    }
}
