package dev.keelson.agent.supervise;

import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.serving.engine.DrainBehaviour;
import dev.keelson.serving.engine.EngineAdapter;
import dev.keelson.serving.engine.HangRule;
import dev.keelson.serving.metrics.EngineScrape;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica and its engine: the state machine of {@link ReplicaLife}. Not thread-safe: the
 * agent's loop owns it.
 */
final class SupervisedReplica {
    private static final Logger LOG = LoggerFactory.getLogger(SupervisedReplica.class);
    private static final Duration SCRAPE_EVERY = Duration.ofSeconds(1);
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(2);

    /** An engine ends what it must within 2 s, and its exit takes time. */
    private static final Duration KILL_MARGIN = Duration.ofSeconds(3);

    private static final int STARVED_PATIENCE = 4;
    private static final int IDLE_SCRAPES = 2;

    /**
     * After this no gateway that hears the control plane sends a draining engine anything; what it
     * sent before then shows in the engine's gauges.
     */
    private static final Duration ROUTED_OUT = Duration.ofSeconds(2);

    /** An idle engine that was told to end and has not: nothing is lost with it. */
    private static final Duration EXIT_GRACE = Duration.ofSeconds(10);

    private static final double MOST_PLACES = 1 << 24;

    private final ReplicaSpec spec;
    private final EngineAdapter adapter;
    private final HangRule hangRule;
    private final Duration startLimit;
    private final EngineProcess process;
    private final EngineContact contact;
    private final ProgressJudge judge;
    private final Surroundings around;
    private final String host;
    private final int port;
    private final Instant startedAt;
    private final boolean adopted;

    private ReplicaState state;
    private String reason = "";
    private Instant changedAt;
    private @Nullable Duration startup;
    private @Nullable Instant progressAt;
    private @Nullable EngineScrape scrape;
    private int places;
    private boolean asleep;
    private @Nullable Instant drainUntil;
    private int idleScrapes;
    private @Nullable Instant terminatedAt;
    private int announcing;
    private boolean asking;
    private boolean probing;
    private Instant nextScrape = Instant.MIN;
    private Instant nextProbe = Instant.MIN;

    SupervisedReplica(
            EngineEntry entry,
            EngineProgram program,
            EngineProcess process,
            boolean adopted,
            Surroundings around) {
        this.spec = entry.spec();
        this.adapter = program.adapter();
        this.hangRule = program.hangRule();
        this.startLimit = program.startLimit();
        this.process = process;
        this.adopted = adopted;
        this.around = around;
        this.host = entry.host();
        this.port = entry.port();
        this.startedAt = entry.startedAt();
        this.startup = entry.startup();
        this.drainUntil = entry.drainUntil();
        this.state = entry.state();
        this.reason = entry.reason();
        this.places = entry.maxSequences();
        this.changedAt = around.clock().instant();
        this.contact =
                new EngineContact(
                        adapter,
                        entry.url(),
                        spec.servedModel(),
                        around.agent(),
                        around.engineToken());
        this.judge = new ProgressJudge(hangRule);
        process.whenExited(() -> around.owner().execute(this::noticeExit));
    }

    /** Lets time pass. */
    void tick(Instant now, Duration step, boolean starved) {
        if (!state.isLive()) {
            return;
        }
        if (process.hasExited()) {
            noticeExit();
            return;
        }
        switch (state) {
            case STARTING -> awaitReadiness(now);
            case READY -> watch(now, step, starved);
            case DRAINING -> finishDrain(now);
            case PENDING, STOPPED, FAILED -> {}
        }
    }

    /**
     * Takes no new requests; ends when its requests have, or at the deadline. A repeated drain can
     * only shorten it.
     */
    void drain(Duration deadline, String why) {
        Instant until = around.clock().instant().plus(deadline);
        boolean sooner = drainUntil == null || until.isBefore(drainUntil);
        drainUntil = sooner ? until : drainUntil;
        if (state == ReplicaState.STARTING) {
            end(ReplicaState.STOPPED, why);
            return;
        }
        if (state == ReplicaState.READY) {
            enter(ReplicaState.DRAINING, why);
        }
        if (sooner && state == ReplicaState.DRAINING) {
            announceDrain(deadline);
        }
    }

    /**
     * Tells the engine by when it must have ended what runs, with its typed errors, which is before
     * it is killed. Only then is it told to end; one that does not answer is told so all the same.
     */
    private void announceDrain(Duration deadline) {
        Duration half = deadline.dividedBy(2);
        Duration margin = half.compareTo(KILL_MARGIN) < 0 ? half : KILL_MARGIN;
        var notice = adapter.drainNotice(deadline.minus(margin));
        if (notice.isEmpty() || half.toMillis() == 0) {
            return;
        }
        Duration patience = half.compareTo(ASK_TIMEOUT) < 0 ? half : ASK_TIMEOUT;
        announcing++;
        around.asks()
                .execute(() -> {
                    boolean known = contact.announceDrain(notice.get(), patience);
                    around.owner().execute(() -> announced(known));
                });
    }

    private void announced(boolean known) {
        announcing--;
        if (!known && state.isLive()) {
            LOG.warn("replica {} does not know by when to drain", spec.replica());
        }
        terminateWhenDue();
    }

    private void terminateWhenDue() {
        boolean finishes = adapter.drainBehaviour() == DrainBehaviour.TERMINATE_FINISHES;
        if (state == ReplicaState.DRAINING
                && terminatedAt == null
                && announcing == 0
                && (finishes || idleScrapes >= IDLE_SCRAPES)) {
            terminate();
        }
    }

    /** Kills the engine's whole group. */
    void end(ReplicaState last, String why) {
        if (state.isLive()) {
            process.killGroup();
            enter(last, why);
        }
    }

    private void terminate() {
        terminatedAt = around.clock().instant();
        process.terminate();
    }

    private void awaitReadiness(Instant now) {
        if (Duration.between(startedAt, now).compareTo(startLimit) > 0) {
            end(ReplicaState.FAILED, "start-timeout");
        } else if (!asking) {
            asking = true;
            around.asks()
                    .execute(() -> {
                        boolean ready = contact.isReady(startLimit);
                        around.owner().execute(() -> answeredReadiness(ready));
                    });
        }
    }

    private void answeredReadiness(boolean ready) {
        asking = false;
        if (ready && state == ReplicaState.STARTING) {
            Instant now = around.clock().instant();
            startup = Duration.between(startedAt, now);
            progressAt = now;
            nextProbe = now.plus(hangRule.probeEvery());
            enter(ReplicaState.READY, "");
        }
    }

    private void watch(Instant now, Duration step, boolean starved) {
        if (judge.hangs(step, process.isStopped(now), starved)) {
            end(ReplicaState.FAILED, "hung");
            return;
        }
        scrape(now);
        boolean due = !now.isBefore(nextProbe) || judge.hasFailedProbe();
        if (!probing && due && judge.isIdle()) {
            probing = true;
            nextProbe = now.plus(hangRule.probeEvery());
            Duration patience =
                    hangRule.probeTimeout().multipliedBy(starved ? STARVED_PATIENCE : 1);
            around.asks()
                    .execute(() -> {
                        var answer = contact.probe(patience);
                        around.owner().execute(() -> answeredProbe(answer));
                    });
        }
    }

    private void answeredProbe(EngineContact.Answer answer) {
        probing = false;
        switch (answer) {
            case TOKEN -> {
                judge.probeSucceeded();
                progressAt = around.clock().instant();
            }
            case NONE -> judge.probeFailed();
            case REFUSED -> {}
        }
    }

    private void scrape(Instant now) {
        if (asking || now.isBefore(nextScrape)) {
            return;
        }
        asking = true;
        nextScrape = now.plus(SCRAPE_EVERY);
        around.asks()
                .execute(() -> {
                    try {
                        EngineScrape result = contact.scrape(ASK_TIMEOUT);
                        around.owner().execute(() -> scraped(result, now));
                    } catch (IOException silent) {
                        // No answer is no evidence of progress: the judge's clock runs on, and what
                        // was read before is no longer known.
                        around.owner().execute(this::scrapeFailed);
                    }
                });
    }

    private void scraped(EngineScrape result, Instant asked) {
        asking = false;
        scrape = result;
        // What one failed scrape does not tell has not changed.
        asleep = result.asleep();
        Double now = result.places();
        if (now != null && now >= 1) {
            places = (int) Math.min(now, MOST_PLACES);
        }
        boolean moved = judge.scraped(result);
        if (moved || result.asleep()) {
            progressAt = around.clock().instant();
            // An engine that just made tokens need not be asked for one, and one that sleeps has
            // none to give.
            nextProbe = around.clock().instant().plus(hangRule.probeEvery());
        }
        boolean routedOut =
                state == ReplicaState.DRAINING && !asked.isBefore(changedAt.plus(ROUTED_OUT));
        idleScrapes = routedOut && judge.isIdle() ? idleScrapes + 1 : 0;
    }

    private void scrapeFailed() {
        asking = false;
        scrape = null;
        idleScrapes = 0;
    }

    private void finishDrain(Instant now) {
        if (drainUntil != null && !now.isBefore(drainUntil)) {
            end(ReplicaState.STOPPED, reason + "-deadline");
            return;
        }
        boolean wasIdle = adapter.drainBehaviour() == DrainBehaviour.IDLE_THEN_TERMINATE;
        if (wasIdle && terminatedAt != null && !now.isBefore(terminatedAt.plus(EXIT_GRACE))) {
            end(ReplicaState.STOPPED, reason);
            return;
        }
        scrape(now);
        terminateWhenDue();
    }

    private void noticeExit() {
        if (state.isLive()) {
            boolean draining = state == ReplicaState.DRAINING;
            // Children of a dead engine would keep its memory and its port.
            process.killGroup();
            enter(
                    draining ? ReplicaState.STOPPED : ReplicaState.FAILED,
                    draining ? reason : process.exitReason());
        }
    }

    private void enter(ReplicaState next, String why) {
        if (!ReplicaLife.allows(state, next)) {
            throw new IllegalStateException(
                    "A replica cannot go from %s to %s.".formatted(state, next));
        }
        LOG.info("replica {} {} -> {} {}", spec.replica(), state, next, why);
        state = next;
        reason = why;
        changedAt = around.clock().instant();
        if (!next.isLive()) {
            scrape = null;
        }
        around.changes().accept(new ReplicaChange(spec.replica(), spec.deployment(), next, why));
    }

    ReplicaSpec spec() {
        return spec;
    }

    ReplicaState state() {
        return state;
    }

    Instant changedAt() {
        return changedAt;
    }

    /** Everything that outlives the agent, and what reports are made from. */
    EngineEntry entry() {
        return new EngineEntry(
                spec,
                process.pid(),
                process.startTicks(),
                host,
                port,
                state,
                reason,
                startedAt,
                startup,
                drainUntil,
                places);
    }

    boolean isAdopted() {
        return adopted;
    }

    /** Does the engine wait to be woken? */
    boolean isAsleep() {
        return asleep && state.isLive();
    }

    @Nullable EngineScrape newestScrape() {
        return scrape;
    }

    /** Since tokens moved or a probe succeeded; null before either. */
    @Nullable Duration progressAge(Instant now) {
        return progressAt == null ? null : Duration.between(progressAt, now);
    }
}
