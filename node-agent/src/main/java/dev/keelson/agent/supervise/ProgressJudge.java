package dev.keelson.agent.supervise;

import dev.keelson.serving.engine.HangRule;
import dev.keelson.serving.metrics.EngineScrape;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether an engine hangs, from what it does and not from what it says of itself. Time is
 * counted in steps, and a step counts for a second at most: when the agent itself was paused or
 * starved, that time is no evidence against the engine. Not thread-safe.
 */
final class ProgressJudge {
    private static final Duration LONGEST_STEP = Duration.ofSeconds(1);

    private final HangRule rule;
    private Duration silence = Duration.ZERO;
    private Duration stopped = Duration.ZERO;
    private int failedProbes;
    private boolean idle;
    private @Nullable Double work;
    private @Nullable Double kvUse;

    ProgressJudge(HangRule rule) {
        this.rule = rule;
    }

    /**
     * A scrape came. Returns whether work moved since the one before: tokens, steps, or the share
     * of the KV cache, which is all that moves in some engines while they read a long prompt.
     */
    boolean scraped(EngineScrape scrape) {
        double now =
                orZero(scrape.generationTokensTotal())
                        + orZero(scrape.promptTokensTotal())
                        + orZero(scrape.stepsTotal());
        boolean known = scrape.generationTokensTotal() != null;
        boolean moved = known && work != null && now != work;
        if (known) {
            work = now;
        }
        Double share = scrape.kvUse();
        moved |= share != null && kvUse != null && !share.equals(kvUse);
        kvUse = share == null ? kvUse : share;
        idle = scrape.running() != null && scrape.running() == 0 && orZero(scrape.waiting()) == 0;
        if (moved || idle) {
            silence = Duration.ZERO;
        }
        if (moved) {
            failedProbes = 0;
        }
        return moved;
    }

    /** A probe got its token. */
    void probeSucceeded() {
        failedProbes = 0;
        silence = Duration.ZERO;
    }

    void probeFailed() {
        failedProbes++;
    }

    /** Did the last scrape show nothing to do? */
    boolean isIdle() {
        return idle;
    }

    boolean hasFailedProbe() {
        return failedProbes > 0;
    }

    /**
     * Lets time pass.
     *
     * @param step since the last call
     * @param isStopped is one of its processes in state T?
     * @param starved are the machine's processors all taken?
     * @return does it hang?
     */
    boolean hangs(Duration step, boolean isStopped, boolean starved) {
        Duration counted = step.compareTo(LONGEST_STEP) > 0 ? LONGEST_STEP : step;
        silence = silence.plus(counted);
        stopped = isStopped ? stoppedFor(step, counted) : Duration.ZERO;
        Duration limit = starved ? rule.starvedSilence() : rule.silence();
        return stopped.compareTo(rule.stopped()) >= 0
                || silence.compareTo(limit) >= 0
                || failedProbes >= rule.probeFailures();
    }

    // State T is no matter of pace: seen twice, all the time between counts, however starved the
    // agent is. Only the step in which it was first seen may have begun long before it.
    private Duration stoppedFor(Duration step, Duration counted) {
        return stopped.isZero() ? counted : stopped.plus(step);
    }

    private static double orZero(@Nullable Double value) {
        return value == null ? 0 : value;
    }
}
