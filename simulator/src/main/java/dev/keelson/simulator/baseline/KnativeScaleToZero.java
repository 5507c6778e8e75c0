package dev.keelson.simulator.baseline;

/**
 * What Knative does with the pod autoscaler's count: bounds, and the way to zero over Inactive with
 * the activator in the path. Mutable; times in seconds.
 */
public final class KnativeScaleToZero {
    private static final double PROGRESS_MARGIN_SECONDS = 30;

    public enum State {
        ACTIVATING,
        ACTIVE,
        INACTIVE
    }

    /** Whether the activator stands in the path. */
    public enum Mode {
        SERVE,
        PROXY
    }

    /**
     * @param maxScale 0 without one
     */
    public record Config(
            int minScale,
            int maxScale,
            int initialScale,
            boolean enabled,
            double stableSeconds,
            double graceSeconds,
            double podRetentionSeconds,
            double activatorProbeSeconds,
            double progressDeadlineSeconds,
            double burstCapacity) {}

    /**
     * @param wanted −1 where nothing is decided
     * @param replicas set in the end
     */
    public record Outcome(int wanted, int replicas, State state, Mode mode) {}

    private record Wish(int replicas, boolean applies) {}

    private final Config config;
    private State state = State.ACTIVATING;
    private double since;
    private double proxySince = Double.NaN;
    private boolean initialised;

    public KnativeScaleToZero(Config config) {
        this.config = config;
    }

    /**
     * @param desired by the autoscaler; below 0 without data
     * @param mode before; null at first
     */
    public Outcome step(
            double now,
            int desired,
            int excessBurst,
            int ready,
            int specReplicas,
            @org.jspecify.annotations.Nullable Mode mode) {
        var wish = wish(now, desired);
        int replicas = wish.applies() ? wish.replicas() : specReplicas;
        var next = wish.replicas() > 0 && excessBurst >= 0 ? Mode.SERVE : Mode.PROXY;
        if (next != mode) {
            proxySince = next == Mode.PROXY ? now : Double.NaN;
        }
        enter(now, wish.replicas(), ready);
        return new Outcome(wish.replicas(), replicas, state, next);
    }

    private Wish wish(double now, int desired) {
        if (desired < 0 && state != State.ACTIVATING) {
            return new Wish(desired, false);
        }
        int least = config.minScale();
        if (config.initialScale() > 1 && !initialised) {
            least = Math.max(least, config.initialScale());
        }
        int bounded = Math.max(desired, least);
        if (desired >= least && config.maxScale() > 0) {
            bounded = Math.min(bounded, config.maxScale());
        }
        if (bounded != 0) {
            return new Wish(bounded, true);
        }
        if (!config.enabled()) {
            return new Wish(1, true);
        }
        return switch (state) {
            case ACTIVATING ->
                    now - since >= config.progressDeadlineSeconds() + PROGRESS_MARGIN_SECONDS
                            ? new Wish(0, true)
                            : new Wish(-1, false);
            case ACTIVE ->
                    now - since >= config.stableSeconds() ? new Wish(0, false) : new Wish(1, true);
            case INACTIVE -> new Wish(0, mayVanish(now));
        };
    }

    private boolean mayVanish(double now) {
        boolean behindActivator =
                config.burstCapacity() == -1
                        || (!Double.isNaN(proxySince)
                                && now - proxySince >= config.activatorProbeSeconds());
        double proxied = Double.isNaN(proxySince) ? 0 : now - proxySince;
        double idle = now - since;
        boolean retained = config.podRetentionSeconds() > 0 && idle < config.podRetentionSeconds();
        return behindActivator
                && (idle >= Math.max(config.graceSeconds(), config.podRetentionSeconds())
                        || (!retained && config.graceSeconds() - proxied <= 0));
    }

    private void enter(double now, int wanted, int ready) {
        int threshold =
                initialised
                        ? Math.max(config.minScale(), 1)
                        : Math.max(config.minScale(), config.initialScale());
        if (ready >= threshold) {
            initialised = true;
        }
        State next;
        if (wanted == 0 || threshold == 0) {
            next = State.INACTIVE;
        } else if (ready < threshold) {
            next = wanted > 0 || state != State.INACTIVE ? State.ACTIVATING : State.INACTIVE;
        } else {
            next = wanted > 0 || state != State.INACTIVE ? State.ACTIVE : state;
        }
        if (next != state) {
            state = next;
            since = now;
        }
    }
}
