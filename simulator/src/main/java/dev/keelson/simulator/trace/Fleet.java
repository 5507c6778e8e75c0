package dev.keelson.simulator.trace;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.policy.Slo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a study runs on: a fleet file.
 *
 * @param maxSequences requests that one replica runs at once without missing the SLO: what the
 *     router and the policies count with
 * @param initialReplicas READY at the start of every policy that does not choose its own; null for
 *     what the first minutes need, so that no policy starts in a crisis
 * @param detailed the engine simulator in place of the profile's closed form; null for the latter
 * @param tick time between two steps of what steers the fleet
 */
public record Fleet(
        String name,
        String model,
        Slo slo,
        int minReplicas,
        int maxReplicas,
        @Nullable Integer initialReplicas,
        int gpusPerReplica,
        int maxSequences,
        EngineProfile engine,
        @Nullable DetailedEngine detailed,
        ColdStart coldStart,
        Gateway gateway,
        Telemetry telemetry,
        Duration tick,
        List<NodeGroup> nodes,
        List<Incident> incidents) {
    public Fleet {
        nodes = List.copyOf(nodes);
        incidents = List.copyOf(incidents);
    }

    /** What its engine can do. */
    public EngineSpeed speed() {
        var simulated = detailed;
        return simulated == null ? engine : simulated;
    }

    /** How fast a replica is on the nodes of a group, in closed form. */
    public EngineProfile engineOf(NodeGroup group) {
        var own = group.engine();
        return own == null ? engine : own;
    }

    /** One group of each kind of accelerator, the first of the file, by the kind's name. */
    public SortedMap<String, NodeGroup> kinds() {
        var kinds = new TreeMap<String, NodeGroup>();
        nodes.forEach(group -> kinds.putIfAbsent(engineOf(group).accelerator(), group));
        return kinds;
    }

    /** The same fleet as if all nodes were of one group's kind. */
    public Fleet onlyOf(NodeGroup group) {
        return new Fleet(
                name,
                model,
                slo,
                minReplicas,
                maxReplicas,
                initialReplicas,
                gpusPerReplica,
                maxSequences,
                engineOf(group),
                group.engine() == null ? detailed : null,
                coldStart,
                gateway,
                telemetry,
                tick,
                List.of(group),
                incidents);
    }

    /** Names of all nodes, in the file's order. */
    public List<String> nodeNames() {
        return nodes.stream()
                .flatMap(g -> IntStream.rangeClosed(1, g.count()).mapToObj(i -> g.name() + "-" + i))
                .toList();
    }

    /** The same fleet with exactly so many replicas. */
    public Fleet withReplicas(int replicas) {
        return with(replicas, replicas, replicas, incidents);
    }

    /** The same fleet, and besides its own incidents these. */
    public Fleet withIncidents(List<Incident> more) {
        var all = new ArrayList<>(incidents);
        all.addAll(more);
        return with(minReplicas, maxReplicas, initialReplicas, all);
    }

    /** The same with another way of placing requests. */
    public Fleet withRoute(Gateway.Route route) {
        return with(
                minReplicas,
                maxReplicas,
                initialReplicas,
                incidents,
                new Gateway(gateway.queue, gateway.deadline, route),
                detailed);
    }

    /** The same, its prefix caches, where it has any, counting in the blocks of the trace. */
    public Fleet forPrefixesOf(Trace trace) {
        var simulated = detailed;
        if (simulated == null
                || trace.prefixBlockTokens() == 0
                || simulated.limits().prefixBlockTokens() == 0) {
            return this;
        }
        var limits = simulated.limits().withPrefixBlockTokens(trace.prefixBlockTokens());
        return with(
                minReplicas,
                maxReplicas,
                initialReplicas,
                incidents,
                gateway,
                new DetailedEngine(limits, simulated.stepTime(), simulated.origin()));
    }

    /** Do its engines find prefixes of the trace again? */
    public boolean cachesPrefixesOf(Trace trace) {
        return trace.prefixBlockTokens() > 0
                && detailed != null
                && detailed.limits().prefixBlockTokens() > 0;
    }

    /** Do its engines hold adapters? */
    public boolean hasAdapters() {
        return detailed != null && detailed.limits().lora().maxAdapters() > 0;
    }

    private Fleet with(int least, int most, @Nullable Integer initial, List<Incident> happening) {
        return with(least, most, initial, happening, gateway, detailed);
    }

    private Fleet with(
            int least,
            int most,
            @Nullable Integer initial,
            List<Incident> happening,
            Gateway entrance,
            @Nullable DetailedEngine simulated) {
        return new Fleet(
                name,
                model,
                slo,
                least,
                most,
                initial,
                gpusPerReplica,
                maxSequences,
                engine,
                simulated,
                coldStart,
                entrance,
                telemetry,
                tick,
                nodes,
                happening);
    }

    /** Replicas that the nodes have room for. */
    public int capacity() {
        return nodes.stream().mapToInt(n -> n.count() * (n.gpus() / gpusPerReplica)).sum();
    }

    /** What happens to the nodes in so many seconds: the file's incidents and the spot losses. */
    public List<Incident> incidents(double seconds, long seed) {
        var all = new ArrayList<>(incidents);
        for (var group : nodes) {
            var spot = group.spot();
            if (spot != null) {
                all.addAll(spot.incidents(group.name(), group.count(), seconds, seed));
            }
        }
        return all;
    }

    /**
     * Nodes that are alike.
     *
     * @param pricePerGpuHour in the currency of the file, counted while a replica holds the GPU
     * @param spot when there is capacity for them; null for always
     * @param engine how fast a replica is on their accelerator; null for the fleet's
     */
    public record NodeGroup(
            String name,
            int count,
            int gpus,
            String region,
            String zone,
            CapacityType capacity,
            double pricePerGpuHour,
            @Nullable SpotMarket spot,
            @Nullable EngineProfile engine) {
        public NodeGroup(
                String name,
                int count,
                int gpus,
                String region,
                String zone,
                CapacityType capacity,
                double pricePerGpuHour) {
            this(name, count, gpus, region, zone, capacity, pricePerGpuHour, null, null);
        }
    }

    /**
     * Time from the decision to READY.
     *
     * @param first the first start on a node: weights come from a disk or over the network
     * @param again later starts there: weights lie in the host's memory
     * @param jitter each start takes 1 ± jitter times its tier's time, uniform
     */
    public record ColdStart(Tier first, Tier again, double jitter) {
        public Duration longest() {
            double seconds = Math.max(first.longestSeconds(), again.longestSeconds());
            return Duration.ofNanos(Math.round(seconds * 1e9));
        }

        /**
         * Where the weights lie.
         *
         * @param seconds one time, or measured ones, sorted, each as likely as the others
         */
        public record Tier(String name, List<Double> seconds) {
            public Tier {
                seconds = List.copyOf(seconds);
            }

            /** Draws one start. */
            public double seconds(SplittableRandom random, double jitter) {
                double drawn =
                        seconds.size() == 1
                                ? seconds.getFirst()
                                : seconds.get(random.nextInt(seconds.size()));
                return drawn * (1 + jitter * (2 * random.nextDouble() - 1));
            }

            double longestSeconds() {
                return seconds.getLast();
            }
        }
    }

    /**
     * @param queue requests that wait while no replica has room; the next is refused
     * @param deadline a request that waits longer at the gateway has failed
     * @param route how requests find replicas
     */
    public record Gateway(int queue, Duration deadline, Route route) {
        public static final Gateway USUAL = new Gateway(512, Duration.ofSeconds(60), Route.LOAD);

        /** What the gateway knows of the replicas when it places a request. */
        public enum Route {
            /** Its own requests there: what the production gateway knows. */
            LOAD,
            /** Also what waits to be prefilled there, the prefix cache and the loaded adapters. */
            COST;

            /** By its name in files and options. */
            public static Optional<Route> of(String name) {
                return Arrays.stream(values())
                        .filter(route -> route.toString().equals(name))
                        .findFirst();
            }

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }

    /**
     * What reaches the policies.
     *
     * @param interval between two measurements
     * @param delay every measurement is so old
     * @param lossShare share of the measurements that never arrive
     */
    public record Telemetry(Duration interval, Duration delay, double lossShare) {
        public static final Telemetry PERFECT =
                new Telemetry(Duration.ofSeconds(1), Duration.ZERO, 0);
    }
}
