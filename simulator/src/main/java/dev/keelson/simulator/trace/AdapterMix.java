package dev.keelson.simulator.trace;

import dev.keelson.simulator.trace.TraceRequest.Label;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Gives every request of a trace one of several adapters, drawn by Zipf's law: the k-th most
 * popular with a chance in proportion to k<sup>-skew</sup>.
 *
 * @param adapters how many there are, named {@code adapter-1} (the most popular) and so on
 * @param skew 0 for all alike
 */
public record AdapterMix(int adapters, double skew) {
    public AdapterMix {
        if (adapters < 1 || adapters > 100_000) {
            throw new IllegalArgumentException(
                    "The number of adapters (%d) must be from 1 to 100000.".formatted(adapters));
        }
        if (!(skew >= 0 && skew <= 10)) {
            throw new IllegalArgumentException(
                    "The skew of the adapters (%s) must be from 0 to 10.".formatted(skew));
        }
    }

    /** The same requests, each with an adapter in place of its own. */
    public Trace on(Trace trace, long seed) {
        var shares = shares();
        return new Trace(
                trace.source(),
                trace.seconds(),
                trace.prefixBlockTokens(),
                () -> {
                    var random = new SplittableRandom(seed);
                    var requests = trace.iterator();
                    return new LazyArrivals() {
                        @Override
                        @Nullable TraceRequest compute() {
                            return requests.hasNext()
                                    ? asking(requests.next(), drawn(shares, random))
                                    : null;
                        }
                    };
                });
    }

    /** The chance of the first k adapters together, for each k. */
    private double[] shares() {
        var sums = new double[adapters];
        double sum = 0;
        for (int k = 0; k < adapters; k++) {
            sum += StrictMath.pow(k + 1, -skew);
            sums[k] = sum;
        }
        return sums;
    }

    private static int drawn(double[] sums, SplittableRandom random) {
        int found = Arrays.binarySearch(sums, random.nextDouble() * sums[sums.length - 1]);
        return Math.min(sums.length - 1, found < 0 ? -found - 1 : found);
    }

    private static TraceRequest asking(TraceRequest r, int adapter) {
        return new TraceRequest(
                r.seconds(),
                r.promptTokens(),
                r.outputTokens(),
                new Label(r.label().tenant(), "adapter-" + (adapter + 1), r.label().priority()),
                r.prefixHashes());
    }
}
