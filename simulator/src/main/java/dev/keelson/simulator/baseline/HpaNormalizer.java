package dev.keelson.simulator.baseline;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What the HorizontalPodAutoscaler does with a proposal: bounds, stabilisation windows and, with
 * `behavior`, policies of change. Mutable; times in seconds.
 */
public final class HpaNormalizer {
    /** One policy of change: so many pods, or so many percent, in a period. */
    public record Policy(boolean percent, int value, int periodSeconds) {}

    /**
     * @param select Max, Min or Disabled
     * @param windowSeconds stabilisation window; null takes the controller's
     */
    public record Rules(String select, List<Policy> policies, @Nullable Integer windowSeconds) {
        public Rules {
            policies = List.copyOf(policies);
        }
    }

    /**
     * @param up null without `behavior`, as usual: then the limit is max(2n, 4) a sync
     * @param scalesFromOutside a metric of the object or the outside, with which 0 may be left
     */
    public record Config(
            int minReplicas,
            int maxReplicas,
            int downscaleWindowSeconds,
            @Nullable Rules up,
            @Nullable Rules down,
            boolean scalesFromOutside) {}

    private static final class Recommendation {
        int replicas;
        double at;

        Recommendation(int replicas, double at) {
            this.replicas = replicas;
            this.at = at;
        }
    }

    private static final class Event {
        final int change;
        final double at;
        boolean outdated;

        Event(int change, double at) {
            this.change = change;
            this.at = at;
        }
    }

    private final Config config;
    private final List<Recommendation> recommendations = new ArrayList<>();
    private final List<Event> ups = new ArrayList<>();
    private final List<Event> downs = new ArrayList<>();
    private boolean wentToZero;

    public HpaNormalizer(Config config) {
        this.config = config;
    }

    /** The count to set, given the present one and the metrics' proposal. */
    public int step(double now, int current, OptionalInt proposal) {
        if (recommendations.isEmpty()) {
            recommendations.add(new Recommendation(current, now));
        }
        return wanted(now, current, proposal);
    }

    private int wanted(double now, int current, OptionalInt proposal) {
        if (current == 0 && !wentToZero) {
            return 0;
        }
        if (current > config.maxReplicas()) {
            return config.maxReplicas();
        }
        if (current != 0 && current < config.minReplicas()) {
            return config.minReplicas();
        }
        if (proposal.isEmpty()) {
            return current;
        }
        int wanted =
                config.up() == null || config.down() == null
                        ? plain(now, current, proposal.getAsInt())
                        : byBehavior(now, current, proposal.getAsInt(), config.up(), config.down());
        if (current == 0 && config.minReplicas() != 0 && wanted < config.minReplicas()) {
            return config.minReplicas();
        }
        return wanted;
    }

    private int plain(double now, int current, int proposal) {
        double cut = now - config.downscaleWindowSeconds();
        int most = proposal;
        Recommendation old = null;
        for (var r : recommendations) {
            if (r.at < cut) {
                old = r;
            } else {
                most = Math.max(most, r.replicas);
            }
        }
        remember(old, proposal, now);
        int limit = (int) Math.max(2.0 * current, 4.0);
        int high = Math.min(limit, config.maxReplicas());
        return most < config.minReplicas() ? config.minReplicas() : Math.min(most, high);
    }

    private void remember(@Nullable Recommendation old, int proposal, double now) {
        if (old == null) {
            recommendations.add(new Recommendation(proposal, now));
        } else {
            old.replicas = proposal;
            old.at = now;
        }
    }

    private int byBehavior(double now, int current, int proposal, Rules up, Rules down) {
        double upCut = now - (up.windowSeconds() == null ? 0 : up.windowSeconds());
        var window = down.windowSeconds();
        double downCut = now - (window == null ? config.downscaleWindowSeconds() : window);
        int upMost = proposal;
        int downMost = proposal;
        Recommendation old = null;
        for (var r : recommendations) {
            if (r.at > upCut) {
                upMost = Math.min(upMost, r.replicas);
            }
            if (r.at > downCut) {
                downMost = Math.max(downMost, r.replicas);
            }
            if (r.at < upCut && r.at < downCut) {
                old = r;
            }
        }
        int wanted = Math.min(Math.max(current, upMost), downMost);
        remember(old, proposal, now);
        if (wanted > current) {
            int limit = Math.max(limit(now, current, up, true), current);
            return Math.min(wanted, Math.min(config.maxReplicas(), limit));
        }
        if (wanted < current) {
            int limit = Math.min(limit(now, current, down, false), current);
            return Math.max(wanted, Math.max(config.minReplicas(), limit));
        }
        return wanted;
    }

    private int limit(double now, int current, Rules rules, boolean up) {
        if (rules.select().equals("Disabled")) {
            return current;
        }
        boolean largest = rules.select().equals("Max") == up;
        int result = largest ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        for (Policy p : rules.policies()) {
            int start = current - changed(ups, now, p) + changed(downs, now, p);
            int limit =
                    p.percent()
                            ? (up
                                    ? (int) Math.ceil(start * (1 + p.value() / 100.0))
                                    : (int) (start * (1 - p.value() / 100.0)))
                            : (up ? start + p.value() : start - p.value());
            result = largest ? Math.max(result, limit) : Math.min(result, limit);
        }
        return result;
    }

    private static int changed(List<Event> events, double now, Policy policy) {
        int sum = 0;
        for (Event e : events) {
            if (e.at > now - policy.periodSeconds()) {
                sum += e.change;
            }
        }
        return sum;
    }

    /** Tells what was set in the end; it counts against the policies of change. */
    public void applied(double now, int from, int to) {
        if (from == to) {
            return;
        }
        wentToZero = to == 0 && config.minReplicas() == 0 && config.scalesFromOutside() && from > 0;
        var up = config.up();
        var down = config.down();
        if (up == null || down == null) {
            return;
        }
        var events = to > from ? ups : downs;
        int longest =
                (to > from ? up : down)
                        .policies().stream().mapToInt(Policy::periodSeconds).max().orElse(0);
        Event old = null;
        for (Event e : events) {
            e.outdated |= e.at < now - longest;
            old = e.outdated ? e : old;
        }
        var event = new Event(Math.abs(to - from), now);
        if (old == null) {
            events.add(event);
        } else {
            events.set(events.indexOf(old), event);
        }
    }
}
