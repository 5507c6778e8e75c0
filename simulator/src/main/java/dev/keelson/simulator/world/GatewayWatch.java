package dev.keelson.simulator.world;

import java.util.ArrayDeque;
import java.util.List;

/**
 * What the gateway does about requests on replicas that stand still or are gone, with the constants
 * of its dispatcher: it moves those without a token, a bounded number of times, and breaks off
 * streams that do not move. Mutable.
 */
final class GatewayWatch {
    /** Streams run there and none moved for so long: better not to add to them. */
    private static final double STALL_SECONDS = 2;

    /** Silence beyond twice the usual after which a request without token moves. */
    private static final double PATIENCE_SECONDS = 4;

    /** Silence of a stream after which it counts as broken. */
    private static final double BROKEN_SECONDS = 60;

    private static final int MOST_ATTEMPTS = 3;

    /** Engines that may die under one request before it is taken for the cause. */
    private static final int MOST_DEATHS = 2;

    private static final double BUDGET_SECONDS = 10;
    private static final double BUDGET_SHARE = 0.2;
    private static final int BUDGET_FLOOR = 128;
    private static final double MEMORY = 0.8;

    private final double deadlineSeconds;
    private final ArrayDeque<Double> requests = new ArrayDeque<>();
    private final ArrayDeque<Double> retries = new ArrayDeque<>();
    private double usualFirstToken;

    GatewayWatch(double deadlineSeconds) {
        this.deadlineSeconds = deadlineSeconds;
    }

    void arrived(double now) {
        requests.add(now);
        forget(now);
    }

    void finished(Sequence s) {
        double seconds = s.firstTokenSeconds - s.arrivalSeconds;
        usualFirstToken = MEMORY * usualFirstToken + (1 - MEMORY) * seconds;
    }

    /** Looks after the requests of replicas that stand still. */
    void tick(Gateway gateway, List<SimReplica> replicas, double now) {
        for (SimReplica r : replicas) {
            if (!(r.engine instanceof StandingEngine standing) || !r.isLive()) {
                continue;
            }
            double silent = now - r.hungSeconds;
            boolean streams = standing.held().stream().anyMatch(GatewayWatch::hasToken);
            r.avoided = silent >= STALL_SECONDS && streams;
            var broken =
                    standing.take(s ->
                            hasToken(s)
                                    ? silent > BROKEN_SECONDS
                                    : now - s.arrivalSeconds >= deadlineSeconds);
            broken.forEach(s -> gateway.giveUp(r, s, now));
            if (replicas.stream().anyMatch(o -> o != r && o.isUsable(now) && !o.avoided)) {
                double patience = PATIENCE_SECONDS + 2 * usualFirstToken;
                standing.take(s ->
                                !hasToken(s)
                                        && now - Math.max(s.dispatchedSeconds, r.hungSeconds)
                                                > patience)
                        .reversed()
                        .forEach(s -> gateway.move(r, s, now));
            }
        }
    }

    private static boolean hasToken(Sequence s) {
        return !Double.isNaN(s.firstTokenSeconds);
    }

    /**
     * The attempt of a request without token has ended without success: may it be made again?
     *
     * @param died its engine died under it
     */
    boolean triesAgain(Sequence s, boolean died, double now) {
        s.attempts++;
        s.deaths += died ? 1 : 0;
        forget(now);
        if (s.deaths >= MOST_DEATHS
                || s.attempts >= MOST_ATTEMPTS
                || retries.size() >= Math.max(BUDGET_FLOOR, BUDGET_SHARE * requests.size())) {
            return false;
        }
        retries.add(now);
        return true;
    }

    private void forget(double now) {
        while (!requests.isEmpty() && requests.getFirst() < now - BUDGET_SECONDS) {
            requests.removeFirst();
        }
        while (!retries.isEmpty() && retries.getFirst() < now - BUDGET_SECONDS) {
            retries.removeFirst();
        }
    }
}
