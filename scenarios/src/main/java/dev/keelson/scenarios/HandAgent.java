package dev.keelson.scenarios;

import java.nio.file.Path;
import java.time.Duration;

/**
 * An agent with a configuration file, started by hand; its engines end with it. Not thread-safe.
 */
final class HandAgent implements AutoCloseable {
    private final ByHand byHand;
    private final String name;
    private Process process;

    /**
     * Starts it.
     *
     * @param programs entries under {@code engines}
     */
    HandAgent(ByHand byHand, String name, Path modelRoot, String programs) {
        this.byHand = byHand;
        this.name = name;
        this.process = byHand.agent(name, modelRoot, programs);
    }

    /** kill -9, and another one in its place. */
    void killAndStart() {
        Fleet.signal(process.pid(), "KILL");
        Fleet.await("the agent is gone", Duration.ofSeconds(40), () -> !process.isAlive());
        process = byHand.agentAgain(name);
    }

    @Override
    public void close() {
        process.destroy();
        Fleet.await("the agent is gone", Duration.ofSeconds(40), () -> !process.isAlive());
    }
}
