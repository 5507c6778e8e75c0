package dev.keelson.simulator.trace;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Requests in the order of their arrival. Each iteration begins anew and gives the same requests;
 * they are generated as they are asked for, so that a trace may be longer than memory.
 */
public final class Trace implements Iterable<TraceRequest> {
    /**
     * So many requests are kept to draw lengths from; of a longer trace every 2nd, 4th, ... one.
     */
    private static final int SAMPLE = 1 << 18;

    private final String source;
    private final double seconds;
    private final int prefixBlockTokens;
    private final Supplier<Iterator<TraceRequest>> requests;
    private final List<TraceRequest> sample;
    private long count;
    private double meanPromptTokens;
    private double meanOutputTokens;

    /**
     * A trace in memory.
     *
     * @param source what it was read or drawn from, for reports
     * @param seconds its length: the last arrival, or the end of the last interval of a rate series
     */
    public Trace(String source, List<TraceRequest> requests, double seconds) {
        this(source, seconds, 0, List.copyOf(requests)::iterator);
    }

    /**
     * A trace that is generated again for every iteration; it is passed over once here.
     *
     * @param prefixBlockTokens tokens that one prefix hash of its requests stands for; 0 where they
     *     have none
     * @param requests gives the same requests each time
     */
    public Trace(
            String source,
            double seconds,
            int prefixBlockTokens,
            Supplier<Iterator<TraceRequest>> requests) {
        this.source = source;
        this.seconds = seconds;
        this.prefixBlockTokens = prefixBlockTokens;
        this.requests = requests;
        sample = List.copyOf(passOver());
        if (count == 0) {
            throw new IllegalArgumentException("A trace needs at least one request.");
        }
    }

    private List<TraceRequest> passOver() {
        var kept = new ArrayList<TraceRequest>();
        long stride = 1;
        long prompts = 0;
        long outputs = 0;
        for (TraceRequest r : this) {
            prompts += r.promptTokens();
            outputs += r.outputTokens();
            if (count++ % stride == 0) {
                kept.add(r);
            }
            if (kept.size() == SAMPLE) {
                for (int i = 0; i < SAMPLE / 2; i++) {
                    kept.set(i, kept.get(2 * i));
                }
                kept.subList(SAMPLE / 2, SAMPLE).clear();
                stride *= 2;
            }
        }
        meanPromptTokens = prompts / (double) Math.max(1, count);
        meanOutputTokens = outputs / (double) Math.max(1, count);
        return kept;
    }

    @Override
    public Iterator<TraceRequest> iterator() {
        return requests.get();
    }

    public Stream<TraceRequest> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    public String source() {
        return source;
    }

    /** Requests in it. */
    public long count() {
        return count;
    }

    public double seconds() {
        return seconds;
    }

    /** Tokens that one prefix hash stands for; 0 where the requests have none. */
    public int prefixBlockTokens() {
        return prefixBlockTokens;
    }

    /** Mean prompt length, tokens. */
    public double meanPromptTokens() {
        return meanPromptTokens;
    }

    /** Mean output length, tokens. */
    public double meanOutputTokens() {
        return meanOutputTokens;
    }

    /** Requests to draw lengths from: all, or evenly spaced ones of a trace above 262,143. */
    public List<TraceRequest> sample() {
        return sample;
    }
}
