package dev.keelson.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.serving.engine.HangRule;
import dev.keelson.serving.metrics.EngineMetric;
import dev.keelson.serving.metrics.EngineScrape;
import dev.keelson.serving.metrics.ScrapeOutcome;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressJudgeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private final ProgressJudge judge = new ProgressJudge(HangRule.DEFAULT);

    private static EngineScrape scrape(double running, double tokens) {
        return new EngineScrape(
                Map.of(EngineMetric.RUNNING, running, EngineMetric.GENERATION_TOKENS, tokens),
                0,
                new ScrapeOutcome(2, 0, ScrapeOutcome.Stop.END));
    }

    private int secondsToHang(boolean starved) {
        for (int second = 1; second <= 60; second++) {
            if (judge.hangs(SECOND, false, starved)) {
                return second;
            }
        }
        return Integer.MAX_VALUE;
    }

    @Test
    void tokensThatDoNotMoveWhileRequestsRunAreAHang() {
        judge.scraped(scrape(1, 5));
        judge.scraped(scrape(1, 6));
        judge.scraped(scrape(1, 6));
        assertThat(secondsToHang(false)).isEqualTo(6);
    }

    @Test
    void aStarvedEngineGetsLonger() {
        judge.scraped(scrape(1, 5));
        assertThat(secondsToHang(true)).isEqualTo(20);
    }

    @Test
    void anIdleEngineIsJudgedByProbesOnly() {
        for (int i = 0; i < 100; i++) {
            judge.scraped(scrape(0, 5));
            assertThat(judge.hangs(SECOND, false, false)).isFalse();
        }
        judge.probeFailed();
        judge.scraped(scrape(0, 5));
        assertThat(judge.hangs(SECOND, false, false)).isFalse();
        judge.probeFailed();
        assertThat(judge.hangs(SECOND, false, false)).isTrue();
    }

    @Test
    void aProbeThatSucceedsForgivesTheOneBefore() {
        judge.probeFailed();
        judge.probeSucceeded();
        judge.probeFailed();
        assertThat(judge.hangs(SECOND, false, false)).isFalse();
    }

    @Test
    void aStoppedProcessHangsAfterTwoSecondsAndAShortStopIsForgiven() {
        assertThat(judge.hangs(SECOND, true, true)).isFalse();
        assertThat(judge.hangs(SECOND, false, true)).isFalse();
        assertThat(judge.hangs(SECOND, true, true)).isFalse();
        assertThat(judge.hangs(SECOND, true, true)).isTrue();
    }

    @Test
    void timeInWhichTheAgentDidNotRunIsNoEvidence() {
        judge.scraped(scrape(1, 5));
        assertThat(judge.hangs(Duration.ofMinutes(10), false, false)).isFalse();
        assertThat(judge.hangs(Duration.ofMinutes(10), true, false)).isFalse();
    }

    @Test
    void aSlowEngineThatMovesNeverHangs() {
        for (int i = 0; i < 100; i++) {
            judge.scraped(scrape(8, i));
            assertThat(judge.hangs(SECOND, false, true)).isFalse();
            assertThat(judge.hangs(SECOND, false, true)).isFalse();
        }
    }

    @Test
    void aStoppedProcessIsFoundAtTheSecondLookOfAStarvedAgent() {
        assertThat(judge.hangs(Duration.ofSeconds(9), true, true)).isFalse();
        assertThat(judge.hangs(Duration.ofSeconds(4), true, true)).isTrue();
    }

    @Test
    void aLongPromptThatFillsTheCacheIsProgressAndSoIsAStep() {
        for (int second = 0; second < 100; second++) {
            judge.scraped(with(EngineMetric.KV_USE, second / 1000.0));
            assertThat(judge.hangs(SECOND, false, false)).isFalse();
        }
        for (int second = 0; second < 100; second++) {
            judge.scraped(with(EngineMetric.STEPS, second));
            assertThat(judge.hangs(SECOND, false, false)).isFalse();
        }
        judge.scraped(with(EngineMetric.STEPS, 99));
        assertThat(secondsToHang(false)).isLessThanOrEqualTo(6);
    }

    private static EngineScrape with(EngineMetric metric, double value) {
        return new EngineScrape(
                Map.of(
                        EngineMetric.RUNNING,
                        1.0,
                        EngineMetric.GENERATION_TOKENS,
                        5.0,
                        metric,
                        value),
                0,
                new ScrapeOutcome(3, 0, ScrapeOutcome.Stop.END));
    }
}
