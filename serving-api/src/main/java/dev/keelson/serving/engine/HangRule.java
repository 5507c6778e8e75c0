package dev.keelson.serving.engine;

import java.time.Duration;

/**
 * When an engine is taken for hung. Its health page is never asked: real engines answer 200 while
 * they hang.
 *
 * @param silence without a moved token while requests run, that is a hang
 * @param starvedSilence the same while the machine's processors are all taken: a starved engine
 *     moves slowly, a hung one never
 * @param stopped a process in state T (stopped) for this long cannot progress
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
}
