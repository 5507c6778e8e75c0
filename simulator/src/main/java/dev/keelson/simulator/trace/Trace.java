package dev.keelson.simulator.trace;

import java.util.List;

/**
 * Requests in the order of their arrival.
 *
 * @param source what it was read or drawn from, for reports
 * @param seconds its length: the last arrival, or the end of the last interval of a rate series
 */
public record Trace(String source, List<TraceRequest> requests, double seconds) {
    public Trace {
        requests = List.copyOf(requests);
        if (requests.isEmpty()) {
            throw new IllegalArgumentException("A trace needs at least one request.");
        }
    }

    /** Mean prompt length, tokens. */
    public double meanPromptTokens() {
        return requests.stream().mapToLong(TraceRequest::promptTokens).sum()
                / (double) requests.size();
    }

    /** Mean output length, tokens. */
    public double meanOutputTokens() {
        return requests.stream().mapToLong(TraceRequest::outputTokens).sum()
                / (double) requests.size();
    }
}
