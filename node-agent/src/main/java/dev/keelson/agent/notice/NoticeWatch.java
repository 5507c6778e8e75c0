package dev.keelson.agent.notice;

import dev.keelson.protocol.v1.SpotNotice;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the notice that stands. One that is withdrawn clears; one whose moment passed a minute ago
 * clears too, because the machine is evidently still here. While the provider does not answer the
 * last word stands. Not thread-safe: the agent's loop owns it.
 */
public final class NoticeWatch {
    private static final Logger LOG = LoggerFactory.getLogger(NoticeWatch.class);
    private static final Duration OVERDUE = Duration.ofMinutes(1);

    private final NoticeSource source;
    private final InstantSource clock;
    private final Executor asks;
    private final Executor owner;
    private @Nullable SpotAction action;
    private boolean asking;
    private boolean silent;

    /**
     * @param asks runs the blocking question
     * @param owner runs what changes state
     */
    public NoticeWatch(NoticeSource source, InstantSource clock, Executor asks, Executor owner) {
        this.source = source;
        this.clock = clock;
        this.asks = asks;
        this.owner = owner;
    }

    /** Asks the provider, unless it still owes an answer. Called once a second. */
    public void poll() {
        if (asking) {
            return;
        }
        asking = true;
        asks.execute(() -> {
            try {
                Optional<SpotAction> answer = source.read();
                owner.execute(() -> answered(answer.orElse(null)));
            } catch (IOException failed) {
                owner.execute(() -> failed(failed));
            }
        });
    }

    /** The notice for a heartbeat; empty where none stands. */
    public Optional<SpotNotice> current() {
        SpotAction standing = action;
        if (standing == null) {
            return Optional.empty();
        }
        Duration remaining = Duration.between(clock.instant(), standing.at());
        if (remaining.plus(OVERDUE).isNegative()) {
            return Optional.empty();
        }
        return Optional.of(
                SpotNotice.newBuilder()
                        .setKind(standing.kind())
                        .setRemainingMs(Math.max(0, remaining.toMillis()))
                        .setSource(standing.source())
                        .build());
    }

    /** When the machine is taken; null while no notice stands. */
    public @Nullable Instant deadline() {
        return action == null ? null : action.at();
    }

    private void answered(@Nullable SpotAction answer) {
        asking = false;
        silent = false;
        boolean same = answer == null ? action == null : answer.equals(action);
        action = answer;
        if (!same) {
            LOG.info(
                    "spot notice: {}",
                    answer == null ? "withdrawn" : answer.kind() + " at " + answer.at());
        }
    }

    private void failed(IOException failure) {
        asking = false;
        if (!silent) {
            LOG.warn("the metadata service does not answer: {}", failure.getMessage());
        }
        silent = true;
    }
}
