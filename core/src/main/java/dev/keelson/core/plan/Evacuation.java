package dev.keelson.core.plan;

import dev.keelson.core.fleet.Node;
import dev.keelson.core.policy.ActionClass;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;

/**
 * Moves one deployment's replicas off nodes that are being taken away or emptied. New before old:
 * what serves is drained only once enough others are READY, or when its node's deadline leaves no
 * more time.
 */
final class Evacuation {
    /** Time kept for the requests of a replica that must leave before its replacement is READY. */
    static final Duration TYPICAL_DRAIN = Duration.ofSeconds(8);

    private final Situation s;
    private final int wanted;
    private final ReplicaSet set;

    Evacuation(Situation s, int wanted, ReplicaSet set) {
        this.s = s;
        this.wanted = wanted;
        this.set = set;
    }

    void empty() {
        var leaving =
                s.membersOf(set.id()).stream()
                        .filter(Member::leaving)
                        .sorted(byDeadline())
                        .toList();
        if (leaving.isEmpty()) {
            return;
        }
        int ready = (int) set.members().stream().filter(x -> set.isKept(x) && x.isReady()).count();
        for (Member x : leaving) {
            var node = x.site().node;
            var notice = node.notice();
            var actionClass = notice != null ? ActionClass.SPOT : ActionClass.NODES;
            if (x.isDraining()) {
                stopBeforeDeadline(x, node);
            } else if (!x.isReady()) {
                set.stop(x, actionClass, cause(node), "its node is being emptied");
            } else if (ready > wanted || !set.isKept(x)) {
                if (set.drain(
                        x, actionClass, cause(node), "enough others are READY", within(node))) {
                    ready--;
                }
            } else if (notice != null && !s.now.isBefore(lastMoment(node).minus(TYPICAL_DRAIN))) {
                if (set.drain(
                        x,
                        actionClass,
                        cause(node),
                        "its node's deadline leaves no more time",
                        within(node))) {
                    ready--;
                }
            }
        }
    }

    private static Reason cause(Node node) {
        return node.notice() != null ? Reason.SPOT_NOTICE : Reason.OPERATOR_REQUEST;
    }

    private static Comparator<Member> byDeadline() {
        return Comparator.comparing(
                        (Member x) -> {
                            var notice = x.site().node.notice();
                            return notice == null ? Instant.MAX : notice.deadline();
                        })
                .thenComparing(Member::id);
    }

    private Instant lastMoment(Node node) {
        var notice = node.notice();
        return notice == null
                ? Instant.MAX
                : notice.deadline().minus(s.policies.spot().stopMargin());
    }

    private Duration within(Node node) {
        if (node.notice() == null) {
            return Fulfilment.DRAIN_WITHIN;
        }
        var left = Duration.between(s.now, lastMoment(node));
        return left.isNegative()
                ? Duration.ZERO
                : left.compareTo(Fulfilment.DRAIN_WITHIN) < 0 ? left : Fulfilment.DRAIN_WITHIN;
    }

    private void stopBeforeDeadline(Member x, Node node) {
        var told = s.draft.drains.get(x.id());
        if (node.notice() != null
                && !s.now.isBefore(lastMoment(node))
                && (told == null || told.isBefore(lastMoment(node)))) {
            set.stop(
                    x,
                    ActionClass.SPOT,
                    Reason.SPOT_NOTICE,
                    "its node is taken away at %s".formatted(node.notice().deadline()));
        }
    }
}
