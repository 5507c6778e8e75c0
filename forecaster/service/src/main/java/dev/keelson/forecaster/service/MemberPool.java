package dev.keelson.forecaster.service;

import dev.keelson.core.demand.ForecastError;
import dev.keelson.forecaster.learned.recycling.Crps;
import dev.keelson.forecaster.learned.recycling.DriftDetector;
import dev.keelson.forecaster.learned.recycling.ExpertWeights;
import dev.keelson.forecaster.statistical.calibrate.PathSpread;
import dev.keelson.forecaster.statistical.calibrate.SampleQuantile;
import dev.keelson.forecaster.statistical.score.LandedScores;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The members that forecast one deployment's requests, believed by what their forecasts cost once
 * the outcomes have landed, their mixture spread so that its bands hold their share. Not
 * thread-safe.
 */
final class MemberPool {
    private static final double SHARPNESS = 8;
    private static final double HALF_LIFE = 60;
    private static final double SHARE = .01;
    private static final int MOST_LANDED = 1_000;

    /** The mixture of all members, and the one without those that look at groups of requests. */
    private static final String ALL = "all";

    private static final String WITHOUT_GROUPS = "without groups";

    /** The two mixtures differ little: it takes many outcomes to tell which is cheaper. */
    private static final double MIXTURES_HALF_LIFE = 1_000;

    private final int horizon;
    private final int paths;
    private final int[] leads;
    private final SortedMap<String, PathMember> members = new TreeMap<>();
    private final Set<String> byGroups = new HashSet<>();
    private final ExpertWeights mixtures = new ExpertWeights(SHARPNESS, MIXTURES_HALF_LIFE, 0);
    private SortedMap<String, Double> shares = new TreeMap<>();
    private final ExpertWeights weights = new ExpertWeights(SHARPNESS, HALF_LIFE, SHARE);
    private final DriftDetector drift = DriftDetector.standard((int) (4 * HALF_LIFE));
    private final ArrayDeque<Origin> open = new ArrayDeque<>();
    private final PathSpread spread;
    private final LandedScores landed = new LandedScores(MOST_LANDED);
    private boolean isDrift;
    private long landedThrough = Long.MIN_VALUE;

    /** A forecast whose outcomes have not all landed: per member its sorted values at each lead. */
    private static final class Origin {
        private final long step;
        private final Map<String, double[][]> samples = new HashMap<>();
        private final SortedMap<String, Double> losses = new TreeMap<>();
        private final SortedMap<String, double[][]> mixtures = new TreeMap<>();
        private final SortedMap<String, Double> mixtureLosses = new TreeMap<>();
        private double mixedLoss;
        private double[][] mixed = new double[0][];
        private double[][] told = new double[0][];
        private int counted;

        Origin(long step) {
            this.step = step;
        }
    }

    /**
     * @param horizon steps ahead
     * @param paths courses of a forecast
     */
    MemberPool(int horizon, int paths) {
        this.horizon = horizon;
        this.paths = paths;
        this.leads =
                Arrays.stream(new int[] {0, horizon / 4, horizon / 2, horizon - 1})
                        .distinct()
                        .toArray();
        spread = new PathSpread(leads);
        mixtures.join(ALL);
        mixtures.join(WITHOUT_GROUPS);
    }

    /** A member joins. */
    void join(PathMember member) {
        if (members.put(member.name(), member) == null) {
            weights.join(member.name());
        }
    }

    /**
     * A member that looks at groups of requests joins. Such members take part only where the
     * mixture with them has cost less than the one without.
     */
    void joinByGroups(PathMember member) {
        join(member);
        byGroups.add(member.name());
    }

    /** Whether some member looks at groups of requests. */
    boolean hasGroups() {
        return !byGroups.isEmpty();
    }

    /** Leaves only these learned members, besides those that are not learned. */
    void keepLearned(List<String> names) {
        List<String> gone =
                members.values().stream()
                        .filter(member -> member instanceof NetworkMember)
                        .map(PathMember::name)
                        .filter(name -> !names.contains(name))
                        .toList();
        for (String name : gone) {
            members.remove(name);
            weights.leave(name);
        }
    }

    /** Belief in each member. */
    SortedMap<String, Double> belief() {
        return weights.weights();
    }

    /** What part of the newest courses comes from each member. */
    SortedMap<String, Double> shares() {
        return shares;
    }

    /** How earlier forecasts turned out; null while none has landed. */
    @Nullable ForecastError error() {
        return landed.error();
    }

    /** True once after the forecasts have become worse. */
    boolean takeDrift() {
        boolean was = isDrift;
        isDrift = false;
        return was;
    }

    /**
     * A step is over.
     *
     * @param history requests per second, NaN for gaps; its last value is of that step
     * @param first number of its first step since the epoch
     * @return courses of the next steps; null while the past says too little
     */
    double @Nullable [][] step(double[] history, long first) {
        land(history, first);
        SortedMap<String, double[][]> drawn = new TreeMap<>();
        for (PathMember member : members.values()) {
            double[][] one = member.paths(history, first, horizon, paths);
            if (one != null) {
                drawn.put(member.name(), one);
            }
        }
        if (drawn.isEmpty()) {
            return null;
        }
        SortedMap<String, double[][]> plain = new TreeMap<>(drawn);
        plain.keySet().removeAll(byGroups);
        boolean isChoice = !plain.isEmpty() && plain.size() < drawn.size();
        SortedMap<String, double[][]> chosen = isChoice && !groupsHelp() ? plain : drawn;
        shares = shares(chosen.keySet());
        double[][] mixed = mixed(chosen);
        double[][] told = spread.spread(mixed);
        var origin = new Origin(first + history.length);
        if (isChoice) {
            origin.mixtures.put(ALL, atLeads(mixed(drawn)));
            origin.mixtures.put(WITHOUT_GROUPS, atLeads(mixed(plain)));
        }
        drawn.forEach((name, one) -> origin.samples.put(name, atLeads(one)));
        origin.mixed = atLeads(mixed);
        origin.told = atLeads(told);
        open.addLast(origin);
        return told;
    }

    private double[][] atLeads(double[][] courses) {
        double[][] sorted = new double[leads.length][courses.length];
        for (int i = 0; i < leads.length; i++) {
            for (int k = 0; k < courses.length; k++) {
                sorted[i][k] = courses[k][leads[i]];
            }
            Arrays.sort(sorted[i]);
        }
        return sorted;
    }

    private void land(double[] history, long first) {
        long newest = first + history.length - 1;
        for (Origin origin : open) {
            for (int i = 0; i < leads.length; i++) {
                long at = origin.step + leads[i];
                // Several steps may have come at once.
                if (at > landedThrough && at <= newest && at >= first) {
                    count(origin, i, history[(int) (at - first)]);
                }
            }
        }
        landedThrough = Math.max(landedThrough, newest);
        while (!open.isEmpty() && open.getFirst().step + leads[leads.length - 1] <= newest) {
            settle(open.removeFirst());
        }
    }

    private void settle(Origin done) {
        if (done.counted > 0) {
            done.losses.keySet().retainAll(members.keySet());
            done.losses.replaceAll((name, loss) -> loss / done.counted);
            weights.land(done.losses);
            done.mixtureLosses.replaceAll((name, loss) -> loss / done.counted);
            mixtures.land(done.mixtureLosses);
            isDrift |= drift.isDriftAfter(done.mixedLoss / done.counted);
        }
    }

    private void count(Origin origin, int lead, double value) {
        if (Double.isNaN(value)) {
            return;
        }
        origin.counted++;
        origin.samples.forEach((name, samples) ->
                origin.losses.merge(name, Crps.of(samples[lead], value), Double::sum));
        origin.mixtures.forEach((name, samples) ->
                origin.mixtureLosses.merge(name, Crps.of(samples[lead], value), Double::sum));
        origin.mixedLoss += Crps.of(origin.told[lead], value);
        spread.land(lead, origin.mixed[lead], origin.told[lead], value);
        if (leads[lead] == horizon / 4) {
            landed(origin.told[lead], value);
        }
    }

    private void landed(double[] sorted, double value) {
        landed.add(
                value,
                SampleQuantile.of(sorted, .5),
                SampleQuantile.of(sorted, .1),
                SampleQuantile.of(sorted, .9),
                SampleQuantile.of(sorted, .025),
                SampleQuantile.of(sorted, .975));
    }

    private boolean groupsHelp() {
        return mixtures.weights().getOrDefault(ALL, 0.0) > .5;
    }

    /** Belief in some members, adding up to 1. */
    private SortedMap<String, Double> shares(Set<String> names) {
        SortedMap<String, Double> belief = weights.weights();
        belief.keySet().retainAll(names);
        double total = belief.values().stream().mapToDouble(Double::doubleValue).sum();
        belief.replaceAll((name, share) -> share / total);
        return belief;
    }

    /** As many courses of each member as it is believed, evenly from its own. */
    private double[][] mixed(SortedMap<String, double[][]> drawn) {
        SortedMap<String, Double> belief = shares(drawn.keySet());
        List<double[]> mixed = new ArrayList<>();
        double due = 0;
        for (var entry : drawn.entrySet()) {
            due += paths * belief.getOrDefault(entry.getKey(), 0.0);
            int count = (int) Math.round(due) - mixed.size();
            for (int k = 0; k < count && mixed.size() < paths; k++) {
                double[][] own = entry.getValue();
                mixed.add(own[(int) ((long) k * own.length / count)]);
            }
        }
        return mixed.toArray(double[][]::new);
    }
}
