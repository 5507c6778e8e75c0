package dev.keelson.simulator.trace;

import dev.keelson.simulator.trace.TraceRequest.Label;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Arrivals whose gaps follow a law while their rate changes from window to window: a renewal
 * process of unit mean on the axis of expected arrivals (time rescaling), so that the rate is met
 * in every window and bursts cross their borders. Mutable.
 */
final class RenewalArrivals extends LazyArrivals {
    /**
     * Windows follow one another; there may be gaps between them, in which nobody arrives.
     *
     * @param rate arrivals per second
     */
    record Window(double startSeconds, double seconds, double rate, GapLaw law) {}

    private final List<Window> windows;
    private final List<TraceRequest> lengths;
    private final @Nullable Label label;
    private final SplittableRandom random;
    private int window;
    private double passed;

    /**
     * @param lengths drawn from at random
     * @param label of all arrivals; null keeps those of the lengths
     */
    RenewalArrivals(
            List<Window> windows, List<TraceRequest> lengths, @Nullable Label label, long seed) {
        this.windows = windows;
        this.lengths = lengths;
        this.label = label;
        random = new SplittableRandom(seed);
    }

    @Override
    @Nullable TraceRequest compute() {
        if (window == windows.size()) {
            return null;
        }
        double gap = windows.get(window).law().draw(random);
        while (gap > windows.get(window).rate() * (windows.get(window).seconds() - passed)) {
            gap -= windows.get(window).rate() * (windows.get(window).seconds() - passed);
            passed = 0;
            if (++window == windows.size()) {
                return null;
            }
        }
        var w = windows.get(window);
        passed += w.rate() == 0 ? 0 : gap / w.rate();
        var like = lengths.get(random.nextInt(lengths.size()));
        return new TraceRequest(
                w.startSeconds() + passed,
                like.promptTokens(),
                like.outputTokens(),
                label == null ? like.label() : label);
    }
}
