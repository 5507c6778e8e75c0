package dev.keelson.simulator.baseline;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Knative's pod autoscaler: a stable and a panic window over the total of a metric, panic when the
 * short one asks for twice the ready pods, and no shrinking while it lasts. Mutable; times in
 * seconds.
 */
public final class KnativeRules {
    /**
     * @param target wanted per replica
     * @param total capacity per replica, for the excess burst capacity
     * @param activationScale fewest replicas once there is any load
     * @param reachable whether a route leads here; without one there is no floor when shrinking
     */
    public record Config(
            double target,
            double total,
            double maxUpRate,
            double maxDownRate,
            double burstCapacity,
            double panicThreshold,
            int stableSeconds,
            int panicSeconds,
            int downDelaySeconds,
            int activationScale,
            boolean reachable) {
        /** Concurrency with the defaults of Knative: 70 % of what a replica runs at once. */
        public static Config concurrency(double perReplica, double share) {
            return new Config(perReplica * share, perReplica, 1_000, 2, 211, 2, 60, 6, 0, 0, true);
        }
    }

    /**
     * @param excessBurst below 0 the activator stays in the path
     */
    public record Decision(int replicas, int excessBurst) {}

    private static final int TICK_SECONDS = 2;

    private final Config config;
    private double panicSince = Double.NaN;
    private int panicMost;
    private final TreeMap<Long, Integer> delayed = new TreeMap<>();

    /** Created with more than one ready pod it starts in panic, with that count as its floor. */
    public KnativeRules(Config config, int ready, double now) {
        this.config = config;
        panicMost = ready;
        if (ready > 1) {
            panicSince = now;
        }
    }

    /** One decision from the two window means of the total. */
    public Decision decide(double now, int readyPods, double stable, double panic) {
        int ready = Math.max(1, readyPods);
        int most = (int) Math.ceil(config.maxUpRate() * ready);
        int least = config.reachable() ? (int) Math.floor(ready / config.maxDownRate()) : 0;
        int byStable = (int) Math.ceil(stable / config.target());
        int byPanic = (int) Math.ceil(panic / config.target());
        int stableWanted = Math.min(Math.max(byStable, least), most);
        int panicWanted = Math.min(Math.max(byPanic, least), most);
        if (config.activationScale() > 1) {
            stableWanted = activated(stableWanted, byStable);
            panicWanted = activated(panicWanted, byPanic);
        }
        if (byPanic / (double) ready >= config.panicThreshold()) {
            panicSince = now;
        } else if (panicSince + config.stableSeconds() < now) {
            panicSince = Double.NaN;
            panicMost = 0;
        }
        int wanted = stableWanted;
        if (!Double.isNaN(panicSince)) {
            panicMost = Math.max(panicMost, Math.max(stableWanted, panicWanted));
            wanted = panicMost;
        }
        return new Decision(delayed(now, wanted), excessBurst(readyPods, panic));
    }

    private int activated(int wanted, int byLoad) {
        return byLoad > 0 && config.activationScale() > wanted ? config.activationScale() : wanted;
    }

    private int delayed(double now, int wanted) {
        if (!config.reachable() || config.downDelaySeconds() <= 0) {
            return wanted;
        }
        long tick = (long) (now / TICK_SECONDS);
        long kept = (long) Math.ceil(config.downDelaySeconds() / (double) TICK_SECONDS);
        delayed.headMap(tick - kept, true).clear();
        delayed.put(tick, wanted);
        return delayed.values().stream().mapToInt(v -> v).max().orElse(wanted);
    }

    private int excessBurst(int readyPods, double panic) {
        if (config.burstCapacity() == 0) {
            return 0;
        }
        return config.burstCapacity() < 0
                ? -1
                : (int) Math.floor(readyPods * config.total() - config.burstCapacity() - panic);
    }

    /**
     * Mean of one value a second over a window: the silent tail is left out, and a gap of a window
     * or more starts it anew. Mutable.
     */
    public static final class Window {
        private final TreeMap<Long, Double> buckets = new TreeMap<>();

        public void record(double at, double value) {
            buckets.merge((long) Math.floor(at), value, Double::sum);
        }

        /** False before the first record and once the last is older than the window. */
        public boolean hasData(double now, int seconds) {
            var last = buckets.floorKey((long) now);
            return last != null && (long) now - last < seconds;
        }

        /** Plain mean. */
        public double mean(double now, int seconds) {
            long second = (long) now;
            var known = new ArrayList<>(buckets.headMap(second, true).keySet());
            if (known.isEmpty()) {
                return 0;
            }
            long last = known.getLast();
            if (second - last >= seconds) {
                return 0;
            }
            long first = start(known, seconds);
            long silent = second - last;
            long length = Math.min(last - first + 1, silent <= 0 ? seconds : seconds - silent);
            double sum = 0;
            for (long key : known) {
                if (second - seconds < key && key >= first) {
                    sum += buckets.getOrDefault(key, 0.0);
                }
            }
            return sum / length;
        }

        private static long start(List<Long> known, int seconds) {
            long first = known.getFirst();
            for (int i = 1; i < known.size(); i++) {
                if (known.get(i) - known.get(i - 1) >= seconds) {
                    first = known.get(i);
                }
            }
            return first;
        }

        /** Exponentially weighted mean, newest first: 99.99 % of the weight within the window. */
        public double weightedMean(double now, int seconds) {
            long second = (long) now;
            var last = buckets.floorKey(second);
            if (last == null || second - last > seconds) {
                return 0;
            }
            double decay = Math.max(1 - StrictMath.pow(1 - 0.9999, 1.0 / seconds), 0.2);
            long silent = Math.max(0, second - last);
            double weight = decay * StrictMath.pow(1 - decay, (double) silent);
            double mean = 0;
            for (long i = 0; i < seconds - silent; i++) {
                mean += buckets.getOrDefault(last - i, 0.0) * weight;
                weight *= 1 - decay;
            }
            return mean;
        }

        /** Drops what no window reaches any more. */
        public void forgetBefore(double at) {
            buckets.headMap((long) Math.floor(at), false).clear();
        }
    }
}
