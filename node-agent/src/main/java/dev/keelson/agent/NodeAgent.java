package dev.keelson.agent;

import dev.keelson.agent.notice.NoticeWatch;
import dev.keelson.agent.probe.HostProbe;
import dev.keelson.agent.session.ControlInbox;
import dev.keelson.agent.session.ControlSession;
import dev.keelson.agent.supervise.ReplicaChange;
import dev.keelson.agent.supervise.ReplicaStatus;
import dev.keelson.agent.supervise.ReplicaSupervisor;
import dev.keelson.agent.telemetry.AgentMetrics;
import dev.keelson.agent.telemetry.TelemetryFeed;
import dev.keelson.protocol.v1.EngineSample;
import dev.keelson.protocol.v1.Heartbeat;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Moves the agent's parts, one step at a time. Not thread-safe: {@link AgentLoop} owns it. */
final class NodeAgent {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration END_DRAIN = Duration.ofSeconds(3);

    /** After the last replica ended the control plane gets this long to hear of it. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final Parts parts;
    private final InstantSource clock;
    private final Deque<ReplicaChange> changes;
    private final Runnable finished;
    private Instant nextSecond = Instant.MIN;
    private boolean heartbeatOwed;
    private @Nullable Instant knownDeadline;
    private @Nullable Instant endBy;
    private @Nullable Instant releasedAt;

    /**
     * @param cutOff is the agent to behave as cut off from the control plane?
     */
    record Parts(
            ReplicaSupervisor supervisor,
            ControlSession session,
            ControlInbox inbox,
            Optional<NoticeWatch> notices,
            HostProbe host,
            TelemetryFeed telemetry,
            AgentMetrics metrics,
            BooleanSupplier cutOff) {}

    /**
     * @param changes filled by the supervisor, emptied here
     * @param finished called once when the agent is to end
     */
    NodeAgent(Parts parts, InstantSource clock, Deque<ReplicaChange> changes, Runnable finished) {
        this.parts = parts;
        this.clock = clock;
        this.changes = changes;
        this.finished = finished;
    }

    /** One step, several times a second. */
    void tick() {
        Instant now = clock.instant();
        parts.session().tick(parts.cutOff().getAsBoolean());
        parts.supervisor().tick(parts.host().isStarved());
        if (!now.isBefore(nextSecond)) {
            Instant following =
                    nextSecond.equals(Instant.MIN) ? now.plus(SECOND) : nextSecond.plus(SECOND);
            // Beats that were missed are not made up for.
            nextSecond = following.isAfter(now) ? following : now.plus(SECOND);
            everySecond();
        }
        endWhenDue(now);
    }

    /** After every step and everything that came in: tells what changed, at once. */
    void report() {
        while (!changes.isEmpty()) {
            ReplicaChange change = changes.removeFirst();
            parts.telemetry()
                    .event(
                            "replica-state",
                            change.replica(),
                            (change.state() + " " + change.reason()).trim());
            if (!change.state().isLive()) {
                parts.metrics().countEnd(change.reason());
            }
            heartbeatOwed = true;
        }
        parts.notices()
                .map(NoticeWatch::deadline)
                .ifPresentOrElse(this::noticeStands, () -> noticeStands(null));
        if (parts.inbox().takeOwed() || heartbeatOwed) {
            heartbeat();
        }
    }

    private void noticeStands(@Nullable Instant deadline) {
        if (!Objects.equals(deadline, knownDeadline)) {
            knownDeadline = deadline;
            parts.telemetry()
                    .event("notice", "node", deadline == null ? "withdrawn" : "until " + deadline);
            heartbeatOwed = true;
        }
    }

    private void everySecond() {
        parts.notices().ifPresent(NoticeWatch::poll);
        parts.host().sample();
        List<ReplicaStatus> statuses = parts.supervisor().statuses();
        List<EngineSample> samples =
                statuses.stream()
                        .filter(ReplicaStatus::isScraped)
                        .map(ReplicaStatus::sample)
                        .toList();
        parts.telemetry().sample(samples, parts.host().newest());
        parts.metrics().showReplicas(statuses.stream().map(ReplicaStatus::phase).toList());
        parts.metrics()
                .showLinks(
                        parts.session().isConnected(),
                        parts.telemetry().spooled(),
                        parts.telemetry().dropped());
        parts.metrics()
                .countProblems(samples.stream().mapToLong(EngineSample::getSampleProblems).sum());
        heartbeatOwed = true;
    }

    private void heartbeat() {
        heartbeatOwed = false;
        var heartbeat =
                Heartbeat.newBuilder()
                        .setHost(parts.host().newest())
                        .setSpooled(parts.telemetry().spooled())
                        .setDropped(parts.telemetry().dropped());
        parts.supervisor().statuses().forEach(status -> heartbeat.addReplicas(status.report()));
        parts.notices().flatMap(NoticeWatch::current).ifPresent(heartbeat::setNotice);
        parts.session().send(heartbeat);
    }

    /**
     * Orderly end.
     *
     * @param engines what becomes of them
     */
    void stop(AgentConfig.OnStop engines) {
        switch (engines) {
            case KEEP -> finish();
            case END -> {
                var _ = parts.supervisor().release(END_DRAIN, "agent-stopped");
                endBy = clock.instant().plus(END_DRAIN).plus(SECOND);
            }
        }
    }

    private void endWhenDue(Instant now) {
        Instant limit = endBy;
        if (limit != null && (parts.supervisor().isReleased() || !now.isBefore(limit))) {
            parts.supervisor().endAll("agent-stopped");
            finish();
        } else if (limit == null && parts.supervisor().isReleased()) {
            // Released by command: the last states have to reach the control plane first.
            releasedAt = releasedAt == null ? now : releasedAt;
            if (!now.isBefore(releasedAt.plus(FAREWELL))) {
                finish();
            }
        }
    }

    private void finish() {
        parts.session().close("the agent ends");
        finished.run();
    }
}
