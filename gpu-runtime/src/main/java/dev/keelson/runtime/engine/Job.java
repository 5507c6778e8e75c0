package dev.keelson.runtime.engine;

import java.util.ArrayList;
import java.util.List;

/** A sequence with what its client waits for. */
final class Job {
    final Sequence sequence;
    final EngineRequest request;
    final TokenSink sink;
    final StopTexts stop;
    final long submitted;
    final int place;

    /** Other answers to the same prompt, which this one reads for all. */
    final List<Job> followers = new ArrayList<>();

    long lastToken;

    /**
     * @param submitted monotonic nanoseconds
     * @param place how many waited before it
     */
    Job(
            Sequence sequence,
            EngineRequest request,
            TokenSink sink,
            StopTexts stop,
            long submitted,
            int place) {
        this.sequence = sequence;
        this.request = request;
        this.sink = sink;
        this.stop = stop;
        this.submitted = submitted;
        this.place = place;
    }

    /** Whether its first token would be of no use any more. */
    boolean isTooLate(long now) {
        return sequence.generatedHere() == 0 && now - submitted > request.firstTokenNanos();
    }
}
