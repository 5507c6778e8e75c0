package dev.keelson.runtime;

import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.http.EngineServer;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The threads of an engine process: the one that steps, the one that watches for the agent, and the
 * orderly end.
 */
final class EngineProcess {
    private static final Duration WATCH_EVERY = Duration.ofSeconds(1);

    /** For clients to take in that their answers have ended; one that does not read has no more. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Engine engine;
    private final EngineServer server;
    private final InstantSource clock;
    private final @Nullable Duration agentGrace;
    private final @Nullable Duration drainDeadline;

    /**
     * @param agentGrace how long to go on without hearing from the agent; null for ever
     * @param drainDeadline how long a drain waits for answers; null for ever
     */
    EngineProcess(
            Engine engine,
            EngineServer server,
            InstantSource clock,
            @Nullable Duration agentGrace,
            @Nullable Duration drainDeadline) {
        this.engine = engine;
        this.server = server;
        this.clock = clock;
        this.agentGrace = agentGrace;
        this.drainDeadline = drainDeadline;
    }

    void start() {
        Thread.ofPlatform().name("engine").start(this::steps);
        server.start();
        if (agentGrace != null) {
            Thread.ofVirtual().name("agent-watch").start(() -> watch(agentGrace));
        }
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("drain").unstarted(this::drain));
    }

    private void steps() {
        try {
            while (engine.awaitWork()) {
                engine.step();
            }
            engine.release();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(Duration grace) {
        try {
            while (clock.instant().isBefore(server.agentSeen().plus(grace))) {
                Thread.sleep(WATCH_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        System.err.println("engine: no agent for " + grace.toSeconds() + " s, draining");
        System.exit(0);
    }

    private void endAtLimit() {
        try {
            server.drainLimit().await();
            System.err.println("engine: not drained by the deadline, ending");
            engine.endAll();
            Thread.sleep(FAREWELL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }

    /**
     * Runs in the shutdown hook: refuses what is new, ends what runs, and leaves with 0 although a
     * signal came.
     */
    private void drain() {
        server.drain();
        if (drainDeadline != null) {
            server.drainLimit().within(drainDeadline);
        }
        // Who asked for the drain may have set one, or may shorten it.
        Thread.ofPlatform().daemon().name("drain-deadline").start(this::endAtLimit);
        try {
            engine.awaitQuiet();
            while (server.isAnswering()) {
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.close();
        engine.close();
        Runtime.getRuntime().halt(0);
    }
}
