package dev.keelson.simulator.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Draws requests from demand over time: within an interval arrivals are uniform (a Poisson process
 * given its count), lengths are drawn together from a trace of requests.
 */
final class Arrivals {
    private Arrivals() {}

    static Trace draw(String source, RateFile.Rates rates, Trace lengths, TraceChoice choice) {
        var random = new SplittableRandom(choice.seed());
        double perRequest =
                rates.isTokens() ? lengths.meanPromptTokens() + lengths.meanOutputTokens() : 1;
        var requests = new ArrayList<TraceRequest>();
        for (var interval : rates.intervals()) {
            double expected = interval.amount() / perRequest * choice.scale();
            int count = (int) expected + (random.nextDouble() < expected - (int) expected ? 1 : 0);
            var at = new double[count];
            for (int i = 0; i < count; i++) {
                at[i] = interval.startSeconds() + random.nextDouble() * interval.seconds();
            }
            Arrays.sort(at);
            for (double seconds : at) {
                var like = lengths.requests().get(random.nextInt(lengths.requests().size()));
                requests.add(new TraceRequest(seconds, like.promptTokens(), like.outputTokens()));
            }
        }
        if (requests.isEmpty()) {
            throw new InputException(
                    "%s: no request is left at scale %s.".formatted(source, choice.scale()));
        }
        var last = rates.intervals().getLast();
        return new Trace(source, requests, last.startSeconds() + last.seconds());
    }
}
