package dev.keelson.agent;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the agent's state: runs what others hand in, at once, and a step at a
 * steady pace. {@link #execute} is thread-safe.
 */
final class AgentLoop implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(AgentLoop.class);

    private final LinkedBlockingQueue<Runnable> handedIn = new LinkedBlockingQueue<>();
    private final long periodNanos;
    private volatile boolean ending;

    AgentLoop(Duration period) {
        this.periodNanos = period.toNanos();
    }

    @Override
    public void execute(Runnable action) {
        handedIn.add(action);
    }

    /** Lets {@link #run} return after what it is doing. */
    void end() {
        ending = true;
        handedIn.add(() -> {});
    }

    /**
     * Runs until {@link #end}.
     *
     * @param step run at the pace
     * @param afterwards run after each step and each action
     */
    void run(Runnable step, Runnable afterwards) throws InterruptedException {
        long next = System.nanoTime();
        while (!ending) {
            long now = System.nanoTime();
            if (now - next >= 0) {
                guarded(step);
                guarded(afterwards);
                // After a pause one step is enough: what was missed is not made up for.
                next = Math.max(next + periodNanos, now);
                continue;
            }
            Runnable action = handedIn.poll(next - now, TimeUnit.NANOSECONDS);
            if (action != null) {
                guarded(action);
                guarded(afterwards);
            }
        }
    }

    private static void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException bug) {
            LOG.error("a step of the agent failed", bug);
        }
    }
}
