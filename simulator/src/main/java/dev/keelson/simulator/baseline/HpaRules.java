package dev.keelson.simulator.baseline;

import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The replica calculation of Kubernetes' HorizontalPodAutoscaler: ceil(n x usage / target) outside
 * a tolerance, with pods that are missing, pending or not ready set aside. Amounts in thousandths,
 * whole, as the original counts.
 */
public final class HpaRules {
    /** Which metric: per pod (resource or custom), or one of the object or the outside. */
    public enum Kind {
        RESOURCE_UTILIZATION,
        RESOURCE_VALUE,
        PODS,
        OBJECT_VALUE,
        OBJECT_AVERAGE,
        EXTERNAL_VALUE,
        EXTERNAL_AVERAGE
    }

    /**
     * @param ready null where the pod has no such condition
     * @param startAgeSeconds null where it has not started
     */
    public record Pod(
            String name,
            String phase,
            @Nullable Boolean ready,
            @Nullable Double startAgeSeconds,
            double readyTransitionAgeSeconds,
            boolean deleting,
            long requestMilli,
            @Nullable Sample sample) {}

    public record Sample(long valueMilli, double ageSeconds, double windowSeconds) {}

    /**
     * @param target percent for utilisation, else thousandths
     */
    public record Query(
            Kind kind,
            int replicas,
            long target,
            double toleranceUp,
            double toleranceDown,
            double cpuInitializationSeconds,
            double initialReadinessSeconds,
            List<Pod> pods,
            List<Long> valuesMilli) {
        public Query {
            pods = List.copyOf(pods);
            valuesMilli = List.copyOf(valuesMilli);
        }

        boolean isWithin(double ratio) {
            return 1.0 - toleranceDown <= ratio && ratio <= 1.0 + toleranceUp;
        }
    }

    private HpaRules() {}

    /** The proposal; empty where the metric cannot be had. */
    public static OptionalInt replicas(Query q) {
        return switch (q.kind()) {
            case EXTERNAL_VALUE, OBJECT_VALUE -> byValue(q);
            case EXTERNAL_AVERAGE, OBJECT_AVERAGE -> byAverage(q);
            case RESOURCE_UTILIZATION, RESOURCE_VALUE, PODS -> byPods(q);
        };
    }

    private static double total(Query q) {
        if (q.valuesMilli().isEmpty()) {
            return 0;
        }
        if (q.kind() == Kind.OBJECT_VALUE || q.kind() == Kind.OBJECT_AVERAGE) {
            return q.valuesMilli().getFirst();
        }
        double sum = 0;
        for (long value : q.valuesMilli()) {
            sum += value;
        }
        return sum;
    }

    private static OptionalInt byValue(Query q) {
        double ratio = total(q) / q.target();
        if (q.replicas() == 0) {
            return OptionalInt.of(ceil(ratio));
        }
        if (q.isWithin(ratio)) {
            return OptionalInt.of(q.replicas());
        }
        if (q.pods().isEmpty()) {
            return OptionalInt.empty();
        }
        long ready =
                q.pods().stream()
                        .filter(p -> p.phase().equals("Running") && Boolean.TRUE.equals(p.ready()))
                        .count();
        return OptionalInt.of(ceil(ratio * ready));
    }

    private static OptionalInt byAverage(Query q) {
        double usage = total(q);
        double ratio =
                q.replicas() == 0
                        ? (usage > 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                        : usage / ((double) q.target() * q.replicas());
        return OptionalInt.of(q.isWithin(ratio) ? q.replicas() : ceil(usage / q.target()));
    }

    private static OptionalInt byPods(Query q) {
        if (q.pods().isEmpty()) {
            return OptionalInt.empty();
        }
        var grouped = Grouped.of(q);
        boolean utilization = q.kind() == Kind.RESOURCE_UTILIZATION;
        if (grouped.values.isEmpty()
                || (utilization && q.pods().stream().anyMatch(p -> p.requestMilli() < 0))) {
            return OptionalInt.empty();
        }
        double ratio = grouped.ratio(q);
        boolean growsOverUnready = !grouped.unready.isEmpty() && ratio > 1;
        if (!growsOverUnready && grouped.missing.isEmpty()) {
            return OptionalInt.of(
                    q.isWithin(ratio) ? q.replicas() : ceil(ratio * grouped.values.size()));
        }
        if (ratio < 1) {
            for (Pod p : grouped.missing) {
                long full = utilization ? Math.max(100, q.target()) : 0;
                grouped.values.put(
                        p.name(), utilization ? p.requestMilli() * full / 100 : q.target());
            }
        } else if (ratio > 1) {
            grouped.missing.forEach(p -> grouped.values.put(p.name(), 0L));
        }
        if (growsOverUnready) {
            grouped.unready.forEach(p -> grouped.values.put(p.name(), 0L));
        }
        double second = grouped.ratio(q);
        if (q.isWithin(second) || (ratio < 1 && second > 1) || (ratio > 1 && second < 1)) {
            return OptionalInt.of(q.replicas());
        }
        int wanted = ceil(second * grouped.values.size());
        boolean against =
                (second < 1 && wanted > q.replicas()) || (second > 1 && wanted < q.replicas());
        return OptionalInt.of(against ? q.replicas() : wanted);
    }

    private static int ceil(double value) {
        return (int) Math.min(Integer.MAX_VALUE, Math.ceil(value));
    }

    private static final class Grouped {
        final TreeMap<String, Long> values = new TreeMap<>();
        final List<Pod> unready = new java.util.ArrayList<>();
        final List<Pod> missing = new java.util.ArrayList<>();
        private final TreeMap<String, Long> requests = new TreeMap<>();

        static Grouped of(Query q) {
            var grouped = new Grouped();
            for (Pod p : q.pods()) {
                grouped.requests.put(p.name(), p.requestMilli());
                if (p.deleting() || p.phase().equals("Failed")) {
                    continue;
                }
                if (p.phase().equals("Pending")) {
                    grouped.unready.add(p);
                } else if (p.sample() == null) {
                    grouped.missing.add(p);
                } else if (isCpuUnready(q, p, p.sample())) {
                    grouped.unready.add(p);
                } else {
                    grouped.values.put(p.name(), p.sample().valueMilli());
                }
            }
            return grouped;
        }

        private static boolean isCpuUnready(Query q, Pod p, Sample sample) {
            if (q.kind() == Kind.PODS) {
                return false;
            }
            var ready = p.ready();
            var age = p.startAgeSeconds();
            if (ready == null || age == null) {
                return true;
            }
            if (age < q.cpuInitializationSeconds()) {
                return !ready
                        || sample.ageSeconds()
                                > p.readyTransitionAgeSeconds() - sample.windowSeconds();
            }
            return !ready && age - q.initialReadinessSeconds() < p.readyTransitionAgeSeconds();
        }

        double ratio(Query q) {
            long sum = values.values().stream().mapToLong(v -> v).sum();
            if (q.kind() == Kind.RESOURCE_UTILIZATION) {
                long asked =
                        values.keySet().stream().mapToLong(k -> requests.getOrDefault(k, 0L)).sum();
                return Math.floorDiv(sum * 100, asked) / (double) q.target();
            }
            return Math.floorDiv(sum, values.size()) / (double) q.target();
        }
    }
}
