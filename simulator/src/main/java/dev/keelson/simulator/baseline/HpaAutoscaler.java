package dev.keelson.simulator.baseline;

import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Kubernetes' HorizontalPodAutoscaler with its defaults, on an external metric: requests in the
 * system, so many wanted per replica (AverageValue).
 */
final class HpaAutoscaler implements Autoscaler {
    private static final int SYNC_SECONDS = 15;
    private static final double TOLERANCE = 0.1;
    private static final int DOWN_WINDOW_SECONDS = 300;

    private final double target;
    private final HpaNormalizer normalizer;
    private final Cadence sync = new Cadence(SYNC_SECONDS);

    /**
     * @param target requests per replica
     */
    HpaAutoscaler(double target, int minReplicas, int maxReplicas) {
        this.target = target;
        normalizer =
                new HpaNormalizer(
                        new HpaNormalizer.Config(
                                minReplicas, maxReplicas, DOWN_WINDOW_SECONDS, null, null, true));
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("metric", "external: requests in the system, AverageValue");
        p.put("target", Parameters.number(target));
        p.put("sync", SYNC_SECONDS + "s");
        p.put("tolerance", Double.toString(TOLERANCE));
        p.put("downscaleStabilization", DOWN_WINDOW_SECONDS + "s");
        p.put("scaleUpLimit", "max(2n, 4) a sync");
        return p;
    }

    @Override
    public OptionalInt step(FleetSample s) {
        if (!sync.isDue(s.seconds())) {
            return OptionalInt.empty();
        }
        var proposal =
                HpaRules.replicas(
                        new HpaRules.Query(
                                HpaRules.Kind.EXTERNAL_AVERAGE,
                                s.target(),
                                Math.round(target * 1_000),
                                TOLERANCE,
                                TOLERANCE,
                                300,
                                30,
                                List.of(),
                                List.of(s.concurrency() * 1_000L)));
        int wanted = normalizer.step(s.seconds(), s.target(), proposal);
        normalizer.applied(s.seconds(), s.target(), wanted);
        return OptionalInt.of(wanted);
    }
}
