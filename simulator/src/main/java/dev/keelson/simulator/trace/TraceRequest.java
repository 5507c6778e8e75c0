package dev.keelson.simulator.trace;

/**
 * One request of a trace.
 *
 * @param seconds arrival since the trace's start
 * @param promptTokens at least 1
 * @param outputTokens at least 1
 */
public record TraceRequest(double seconds, int promptTokens, int outputTokens, Label label) {
    public TraceRequest(double seconds, int promptTokens, int outputTokens) {
        this(seconds, promptTokens, outputTokens, Label.NONE);
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
