package dev.keelson.controlplane;

import dev.keelson.controlplane.actuate.Actuator;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of a control plane: the control loop, the watch of manifests, the feed of demand. */
final class LoopThread {
    private static final Logger LOG = LoggerFactory.getLogger(LoopThread.class);
    private static final Duration TICK = Duration.ofMillis(400);

    /** A burst of changes becomes one step. */
    private static final Duration SHORTEST = Duration.ofMillis(50);

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final int LOOKS_PER_PRUNE = 1_200;

    private final ControlPlane plane;
    private final InstantSource clock;
    private final Runnable whenDeposed;
    private volatile boolean running = true;

    LoopThread(ControlPlane plane, InstantSource clock, Runnable whenDeposed) {
        this.plane = plane;
        this.clock = clock;
        this.whenDeposed = whenDeposed;
    }

    void start() {
        Thread.ofPlatform().name("control-loop").start(this::control);
        Thread.ofPlatform().name("watch").daemon().start(this::watch);
        if (plane.feed != null) {
            Thread.ofPlatform().name("demand-feed").daemon().start(this::feed);
        }
    }

    void stop() {
        running = false;
        plane.nudge.now();
    }

    private void control() {
        while (running) {
            try {
                var before = System.nanoTime();
                var plan = plane.loop.tick();
                plane.metrics.ticked(plan, Duration.ofNanos(System.nanoTime() - before));
                Thread.sleep(SHORTEST);
                plane.nudge.await(TICK.minus(SHORTEST));
            } catch (Actuator.Deposed e) {
                LOG.error("stopping: {}", e.getMessage());
                whenDeposed.run();
                return;
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.error("a step of the control loop failed", e);
                plane.metrics.tickFailed();
                pause();
            }
        }
    }

    private void watch() {
        for (int looks = 0; running; looks++) {
            try {
                plane.manifests.poll();
                if (looks % 2 == 0) {
                    plane.api.everySecond();
                }
                if (looks % LOOKS_PER_PRUNE == LOOKS_PER_PRUNE - 1) {
                    plane.prune(clock);
                }
            } catch (RuntimeException e) {
                LOG.error("the watch failed", e);
            }
            pause();
        }
    }

    private void feed() {
        var feed = plane.feed;
        while (running && feed != null) {
            try {
                if (feed.poll(Duration.ofSeconds(1)) == 0 && !feed.state().connected()) {
                    pause();
                }
            } catch (RuntimeException e) {
                LOG.error("the feed of demand failed", e);
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
