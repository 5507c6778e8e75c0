package dev.keelson.simulator.baseline;

/**
 * Ray Serve's request-based autoscaling: ongoing requests over the target, smoothed by factors,
 * applied once the same direction was wanted for a delay. Mutable; times in seconds.
 */
public final class RayServeRules {
    /**
     * @param toZeroDelaySeconds delay from one replica to none; NaN takes the usual one
     */
    public record Config(
            int minReplicas,
            int maxReplicas,
            double targetOngoing,
            double upFactor,
            double downFactor,
            double upDelaySeconds,
            double downDelaySeconds,
            double toZeroDelaySeconds) {
        public static Config defaults(double targetOngoing, int least, int most) {
            return new Config(least, most, targetOngoing, 1, 1, 30, 600, Double.NaN);
        }
    }

    private static final double EPSILON = 1e-6;

    private final Config config;
    private int counter;
    private double since = Double.NaN;

    public RayServeRules(Config config) {
        this.config = config;
    }

    /** The next target within the bounds. */
    public int step(double now, double totalRequests, int running, int target) {
        return Math.max(
                config.minReplicas(),
                Math.min(config.maxReplicas(), unbounded(now, totalRequests, running, target)));
    }

    /** The next target before the bounds. */
    public int unbounded(double now, double totalRequests, int running, int target) {
        if (running == 0) {
            // From nothing at once; with nothing running and no request the target stays.
            return totalRequests > 0
                    ? Math.max((int) Math.ceil(config.upFactor()), target)
                    : target > 0 ? target : delayed(now, 0, target);
        }
        return delayed(now, wanted(totalRequests, running), target);
    }

    private int wanted(double totalRequests, int running) {
        double raw = running * (totalRequests / (config.targetOngoing() * running));
        double change = raw - running;
        double factor = change > 0 ? config.upFactor() : config.downFactor();
        int wanted = (int) Math.ceil(running + factor * change);
        // A factor below one would never lose the last replica too many.
        if ((int) Math.ceil(raw) < running && wanted == running) {
            wanted--;
        }
        return Math.max(0, wanted);
    }

    private int delayed(double now, int wanted, int target) {
        if (wanted > target) {
            counter = Math.max(0, counter) + 1;
            if (counter == 1) {
                since = Double.NaN;
            }
            return after(now, config.upDelaySeconds(), wanted, target);
        }
        if (wanted < target) {
            counter = Math.min(0, counter) - 1;
            if (counter == -1) {
                since = Double.NaN;
            }
            double delay =
                    target == 1 && !Double.isNaN(config.toZeroDelaySeconds())
                            ? config.toZeroDelaySeconds()
                            : config.downDelaySeconds();
            return after(now, delay, target == 1 ? wanted : Math.max(1, wanted), target);
        }
        counter = 0;
        since = Double.NaN;
        return target;
    }

    private int after(double now, double delay, int wanted, int target) {
        if (Double.isNaN(since)) {
            since = now;
        }
        if (now - since + EPSILON < delay) {
            return target;
        }
        counter = 0;
        since = Double.NaN;
        return wanted;
    }
}
