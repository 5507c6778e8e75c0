package dev.keelson.simulator.baseline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * AIBrix's pod autoscaler: APA (ratio outside a tolerance) and KPA (windows with panic), each
 * within rates of change, and its cooldown. Times in seconds.
 */
public final class AibrixRules {
    public enum Strategy {
        APA,
        KPA
    }

    /**
     * @param intended the cooldown takes the highest of its window when shrinking, KPA multiplies
     *     by the replicas and panic holds; as shipped none of it does
     */
    public record Config(
            Strategy strategy,
            double target,
            double upTolerance,
            double downTolerance,
            double maxUpRate,
            double maxDownRate,
            double panicThreshold,
            double stableSeconds,
            double panicSeconds,
            double upCooldownSeconds,
            double downCooldownSeconds,
            int minReplicas,
            int maxReplicas,
            boolean intended) {
        public static Config defaults(
                Strategy strategy, double target, int least, int most, boolean intended) {
            return new Config(
                    strategy, target, 0.1, 0.1, 2, 2, 2, 180, 60, 0, 300, least, most, intended);
        }
    }

    private AibrixRules() {}

    /** The raw recommendation from the two window means of the per-pod mean. */
    public static int recommend(Config c, int current, double stable, double panic) {
        int wanted =
                c.strategy() == Strategy.APA
                        ? apa(c, current, stable)
                        : kpa(c, current, stable, panic);
        return bounded(c, wanted);
    }

    static int bounded(Config c, int wanted) {
        return Math.min(Math.max(wanted, c.minReplicas()), c.maxReplicas());
    }

    private static int apa(Config c, int current, double value) {
        double ratio = value / c.target();
        if (ratio > 1 + c.upTolerance()) {
            return Math.min(ceil(current * ratio), ceil(c.maxUpRate() * current));
        }
        if (ratio < 1 - c.downTolerance()) {
            return Math.max(ceil(current * ratio), (int) Math.floor(current / c.maxDownRate()));
        }
        return current;
    }

    private static int kpa(Config c, int current, double stable, double panic) {
        int byStable = kpa(c, current, stable);
        return isPanic(c, stable, panic) ? Math.max(byStable, kpa(c, current, panic)) : byStable;
    }

    static boolean isPanic(Config c, double stable, double panic) {
        return stable <= 0 || panic / stable > c.panicThreshold();
    }

    private static int kpa(Config c, int current, double value) {
        boolean outside =
                value > c.target() * (1 + c.upTolerance())
                        || value < c.target() * (1 - c.downTolerance());
        int wanted = outside ? ceil(value / c.target()) : current;
        int most = Math.max(1, ceil(c.maxUpRate() * current));
        int least = (int) Math.floor(current / c.maxDownRate());
        return Math.min(Math.max(wanted, least), most);
    }

    private static int ceil(double value) {
        return (int) Math.ceil(value);
    }

    /** Mean of the samples in a window that ages with the newest sample, both ends in. Mutable. */
    public static final class Window {
        private final ArrayDeque<double[]> samples = new ArrayDeque<>();
        private final double seconds;

        public Window(double seconds) {
            this.seconds = seconds;
        }

        public void record(double at, double value) {
            samples.add(new double[] {at, value});
            while (samples.getFirst()[0] < at - seconds) {
                samples.removeFirst();
            }
        }

        public double mean() {
            return samples.stream().mapToDouble(s -> s[1]).average().orElse(0);
        }
    }

    /** Its cooldown: what it makes of the recommendations of the last minutes. Mutable. */
    public static final class Cooldown {
        private record Recommendation(int replicas, double at) {}

        private final Config config;
        private final List<Recommendation> history = new ArrayList<>();

        public Cooldown(Config config) {
            this.config = config;
        }

        /** The highest of the window when growing; as shipped the lowest when shrinking. */
        public int apply(double now, int current, int wanted) {
            history.add(new Recommendation(wanted, now));
            double longest = Math.max(config.upCooldownSeconds(), config.downCooldownSeconds());
            history.removeIf(r -> r.at() <= now - longest);
            if (wanted == current) {
                return bounded(config, current);
            }
            boolean up = wanted > current;
            double window = up ? config.upCooldownSeconds() : config.downCooldownSeconds();
            var within =
                    history.stream()
                            .filter(r -> r.at() > now - window)
                            .mapToInt(Recommendation::replicas);
            boolean highest = up || config.intended();
            int chosen = (highest ? within.max() : within.min()).orElse(wanted);
            return bounded(config, highest && !up ? Math.min(current, chosen) : chosen);
        }
    }
}
