package dev.keelson.serving.engine;

import java.time.Duration;

/**
 * When an engine is taken for hung. Its health page is never asked: real engines answer 200 while
 * they hang.
 *
 * @param silence without a moved token while requests run, that is a hang
 * @param starvedSilence the same while the machine's processors are all taken: a starved engine
 *     moves slowly, a hung one never
 * @param stopped an engine with a process in state T (stopped) for this long cannot progress
 * @param probeEvery how often an idle engine is asked for a token
 * @param probeTimeout time for that token
 * @param probeFailures that many in a row are a hang
 */
public record HangRule(
        Duration silence,
        Duration starvedSilence,
        Duration stopped,
        Duration probeEvery,
        Duration probeTimeout,
        int probeFailures) {
    /**
     * Detects within 10 s, after more than one scrape, and gives an engine on a saturated machine
     * longer.
     */
    public static final HangRule DEFAULT =
            new HangRule(
                    Duration.ofSeconds(6),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(3),
                    2);

    /**
     * For engines that tell of a prompt only once all of it is read, or of a request only once it
     * has ended, and whose first use of a kernel may take long: longer than the longest step.
     */
    public static final HangRule PATIENT =
            new HangRule(
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    3);

    /** The same with another patience for running requests, twice that on a starved machine. */
    public HangRule withSilence(Duration other) {
        return new HangRule(
                other, other.multipliedBy(2), stopped, probeEvery, probeTimeout, probeFailures);
    }
}
