package dev.keelson.forecaster.service;

/**
 * Token work of imagined courses of requests: the newest tokens of a request, changing as they did
 * in an earlier stretch of the same length, one stretch per course, so that prompts and outputs of
 * one course belong together. Immutable.
 *
 * <p>The simulator's TokenForecaster goes from requests to tokens otherwise: it multiplies by one
 * level of the length, since it sees finished requests and keeps no history to draw stretches from.
 */
final class TokenPaths {
    private static final double MOST_MOVED = 4;

    private final double[] requests;
    private final double[] tokens;
    private final double mean;

    /**
     * @param requests per second, NaN for gaps
     * @param tokens per second at the same steps
     */
    TokenPaths(double[] requests, double[] tokens) {
        this.requests = requests;
        this.tokens = tokens;
        double sum = 0;
        double count = 0;
        for (int t = Math.max(0, requests.length - 360); t < requests.length; t++) {
            if (!Double.isNaN(requests[t]) && !Double.isNaN(tokens[t])) {
                sum += tokens[t];
                count += requests[t];
            }
        }
        mean = count > 0 ? sum / count : 0;
    }

    /** Token work of each course, tokens per second. */
    double[][] of(double[][] courses) {
        int horizon = courses[0].length;
        double[][] result = new double[courses.length][horizon];
        int stretches = Math.max(1, (requests.length - horizon) / 2);
        double newest = level(requests.length, horizon);
        for (int k = 0; k < courses.length; k++) {
            int origin = requests.length - horizon - k % stretches;
            // What came since then belongs to no stretch: the mix of requests may have moved.
            double moved = Math.clamp(newest / level(origin, horizon), 1 / MOST_MOVED, MOST_MOVED);
            for (int h = 0; h < horizon; h++) {
                result[k][h] = courses[k][h] * moved * perRequest(origin + h);
            }
        }
        return result;
    }

    /** Tokens of a request in the steps before one; the mean where none came. */
    private double level(int end, int steps) {
        double sum = 0;
        double count = 0;
        for (int t = Math.max(0, end - steps); t < end; t++) {
            if (!Double.isNaN(requests[t]) && !Double.isNaN(tokens[t])) {
                sum += tokens[t];
                count += requests[t];
            }
        }
        return Math.max(1e-9, count > 0 && sum > 0 ? sum / count : mean);
    }

    private double perRequest(int t) {
        if (t < 0 || t >= requests.length || !(requests[t] > 0) || Double.isNaN(tokens[t])) {
            return mean;
        }
        // A step that finished what others began says little about one request.
        return Math.clamp(tokens[t] / requests[t], mean / 4, Math.max(mean * 4, 1e-9));
    }
}
