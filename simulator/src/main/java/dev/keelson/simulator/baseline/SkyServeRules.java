package dev.keelson.simulator.baseline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * SkyServe's request-rate autoscaler, with on-demand fallback for spot replicas. Mutable; times in
 * seconds.
 */
public final class SkyServeRules {
    /**
     * @param upDecisions so many decisions in a row must want more
     * @param downDecisions so many must want fewer
     * @param overprovision extra spot replicas
     * @param spot whether replicas are spot, with {@code baseOnDemand} others
     * @param dynamicFallback on-demand replicas stand in for spot ones that are not READY
     */
    public record Config(
            int minReplicas,
            int maxReplicas,
            double targetQueriesPerSecond,
            double windowSeconds,
            int upDecisions,
            int downDecisions,
            int overprovision,
            boolean spot,
            int baseOnDemand,
            boolean dynamicFallback) {
        public static Config defaults(double targetQueriesPerSecond, int least, int most) {
            return new Config(least, most, targetQueriesPerSecond, 60, 15, 60, 0, false, 0, false);
        }
    }

    /** Of a replica's life, least ready first: the order in which it would be shrunk. */
    public enum Status {
        PENDING,
        PROVISIONING,
        STARTING,
        NOT_READY,
        READY
    }

    public record Member(int id, Status status, boolean spot) {}

    /** What to do: replicas to start of each kind, and which to end. */
    public record Moves(int startSpot, int startOnDemand, List<Integer> end) {
        public Moves {
            end = List.copyOf(end);
        }
    }

    private final Config config;
    private final ArrayDeque<Double> requests = new ArrayDeque<>();
    private int target;
    private int upCounter;
    private int downCounter;

    public SkyServeRules(Config config) {
        this(config, config.minReplicas());
    }

    /** With replicas that are there already. */
    public SkyServeRules(Config config, int target) {
        this.config = config;
        this.target = target;
    }

    public void request(double at) {
        requests.add(at);
    }

    /** One decision; every 20 s, or 5 s from nothing. */
    public int decide(double now) {
        while (!requests.isEmpty() && requests.getFirst() < now - config.windowSeconds() - 1e-6) {
            requests.removeFirst();
        }
        int wanted =
                (int)
                        Math.ceil(
                                requests.size()
                                        / config.windowSeconds()
                                        / config.targetQueriesPerSecond());
        wanted = Math.min(Math.max(wanted, config.minReplicas()), config.maxReplicas());
        if (target == 0) {
            target = wanted;
        } else if (wanted > target) {
            downCounter = 0;
            if (++upCounter >= config.upDecisions()) {
                upCounter = 0;
                target = wanted;
            }
        } else if (wanted < target) {
            upCounter = 0;
            if (++downCounter >= config.downDecisions()) {
                downCounter = 0;
                target = wanted;
            }
        } else {
            upCounter = 0;
            downCounter = 0;
        }
        return target;
    }

    public int inWindow() {
        return requests.size();
    }

    public int upCounter() {
        return upCounter;
    }

    public int downCounter() {
        return downCounter;
    }

    /** Replicas with the overprovision. */
    public int finalTarget() {
        return target + config.overprovision();
    }

    /** What to start and end, given the live replicas. */
    public Moves moves(List<Member> live) {
        if (!config.spot()) {
            int missing = finalTarget() - live.size();
            return new Moves(0, Math.max(0, missing), leastReady(live, -missing));
        }
        var spot = live.stream().filter(Member::spot).toList();
        var onDemand = live.stream().filter(m -> !m.spot()).toList();
        int ready = (int) spot.stream().filter(m -> m.status() == Status.READY).count();
        int spotTarget = finalTarget() - config.baseOnDemand();
        int fallback = config.dynamicFallback() ? Math.max(0, spotTarget - ready) : 0;
        int onDemandTarget = Math.min(config.baseOnDemand() + fallback, target);
        var end = new ArrayList<>(leastReady(spot, spot.size() - spotTarget));
        end.addAll(leastReady(onDemand, onDemand.size() - onDemandTarget));
        return new Moves(
                Math.max(0, spotTarget - spot.size()),
                Math.max(0, onDemandTarget - onDemand.size()),
                end);
    }

    private static List<Integer> leastReady(List<Member> members, int count) {
        return members.stream()
                .sorted(
                        Comparator.comparing(Member::status)
                                .thenComparing(Member::id, Comparator.reverseOrder()))
                .limit(Math.max(0, count))
                .map(Member::id)
                .toList();
    }
}
