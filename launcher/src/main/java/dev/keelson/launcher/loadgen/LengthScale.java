package dev.keelson.launcher.loadgen;

import java.util.List;

/**
 * Makes the lengths of a trace fit a small model: divided, then clamped.
 *
 * @param factor what lengths are divided by, at least 1
 * @param longestPrompt tokens
 * @param longestOutput tokens
 */
public record LengthScale(double factor, int longestPrompt, int longestOutput) {

    /** Refuses what cannot be. */
    public LengthScale {
        if (!(factor >= 1) || longestPrompt < 1 || longestOutput < 1) {
            throw new IllegalArgumentException(
                    "The factor (%s) and the longest lengths (%d, %d) must be at least 1."
                            .formatted(factor, longestPrompt, longestOutput));
        }
    }

    /** The request with its lengths scaled, at least one token each. */
    public TraceRequest apply(TraceRequest request) {
        return new TraceRequest(
                request.offset(),
                Math.min(divided(request.promptTokens()), longestPrompt),
                Math.min(divided(request.outputTokens()), longestOutput));
    }

    /** Share of requests of which at least one length was clamped, 0 to 1. */
    public double clampedShare(List<TraceRequest> requests) {
        long clamped =
                requests.stream()
                        .filter(r ->
                                divided(r.promptTokens()) > longestPrompt
                                        || divided(r.outputTokens()) > longestOutput)
                        .count();
        return requests.isEmpty() ? 0 : (double) clamped / requests.size();
    }

    private int divided(int tokens) {
        return (int) Math.max(1, Math.round(tokens / factor));
    }
}
