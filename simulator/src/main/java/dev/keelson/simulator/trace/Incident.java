package dev.keelson.simulator.trace;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Something that goes wrong in a fleet. Times count from the start of the trace. */
public sealed interface Incident {
    /** How long what has no end lasts. */
    Duration FOR_EVER = Duration.ofDays(3_650);

    Duration at();

    /** How long it lasts; {@link #FOR_EVER} without an end. */
    Duration lasts();

    /**
     * A node goes away with all that runs there, and comes back empty.
     *
     * @param at of the notice, or of the loss where there is none
     * @param lead from the notice to the loss; zero for a loss without notice
     * @param lasts how long the node is away
     */
    record NodeLoss(Duration at, String node, Duration lead, Duration lasts) implements Incident {}

    /**
     * A GPU reports an XID. It hits the GPU of the oldest READY replica of the node, or of the
     * first GPU where none is READY.
     *
     * @param lasts until somebody repairs a GPU that nobody resets before
     */
    record Xid(Duration at, String node, int code, Duration lasts) implements Incident {}

    /**
     * The engine of the oldest READY replica stands still and keeps its requests.
     *
     * @param node where that replica is; null for the whole fleet
     * @param healthAnswers whether its health page goes on answering 200
     */
    record Hang(Duration at, @Nullable String node, boolean healthAnswers, Duration lasts)
            implements Incident {}

    /** Replicas that are told to start there do not become READY before its end. */
    record StuckPending(Duration at, String node, Duration lasts) implements Incident {}

    /**
     * Every step takes {@code factor} times as long.
     *
     * @param node null for the oldest READY replica of the whole fleet
     * @param wholeNode all that runs there and comes to run there; else the oldest READY replica
     */
    record Slow(
            Duration at, @Nullable String node, boolean wholeNode, double factor, Duration lasts)
            implements Incident {}

    /**
     * Measurements reach the policies late or not at all.
     *
     * @param delay besides the fleet file's
     * @param lossShare of the seconds; 1 for all
     */
    record TelemetryLoss(Duration at, Duration delay, double lossShare, Duration lasts)
            implements Incident {}
}
