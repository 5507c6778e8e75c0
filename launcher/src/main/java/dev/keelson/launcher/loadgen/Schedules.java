package dev.keelson.launcher.loadgen;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.random.RandomGenerator;

/** When requests are sent, and how long they are. */
final class Schedules {
    private Schedules() {}

    /** A trace at another speed, over and over when asked. */
    static Iterator<TraceRequest> replay(List<TraceRequest> trace, double speed, boolean repeat) {
        Duration whole = trace.getLast().offset().plusSeconds(1);
        return new Iterator<>() {
            private int next;
            private long round;

            @Override
            public boolean hasNext() {
                return next < trace.size();
            }

            @Override
            public TraceRequest next() {
                TraceRequest request = trace.get(next);
                Duration at = request.offset().plus(whole.multipliedBy(round));
                next++;
                if (repeat && next == trace.size()) {
                    next = 0;
                    round++;
                }
                return new TraceRequest(
                        Duration.ofNanos(Math.round(at.toNanos() / speed)),
                        request.promptTokens(),
                        request.outputTokens());
            }
        };
    }

    /** Poisson arrivals of equal requests, without end. */
    static Iterator<TraceRequest> poisson(
            double perSecond, int promptTokens, int outputTokens, RandomGenerator chance) {
        return new Iterator<>() {
            private double seconds;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public TraceRequest next() {
                var request =
                        new TraceRequest(
                                Duration.ofNanos(Math.round(seconds * 1e9)),
                                promptTokens,
                                outputTokens);
                seconds += -Math.log(1 - chance.nextDouble()) / perSecond;
                return request;
            }
        };
    }
}
