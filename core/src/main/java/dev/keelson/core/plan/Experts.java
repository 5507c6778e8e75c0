package dev.keelson.core.plan;

import dev.keelson.core.plan.PlannerMemory.Expert;
import dev.keelson.core.plan.PlannerMemory.Need;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Several rules for one deployment's count, each with the fleet that it would have by now had it
 * been followed all along: the forecast, and what Kubernetes' autoscaler would do with token work
 * as its metric (the most of the last five minutes ÷ a target), at several targets. A rule's record
 * is what its fleet has cost of late, replicas from their order on and the price of the work that
 * would have waited, at the demand that came; the cheapest is followed, and changed only for one
 * that is clearly cheaper (following the leader over discounted losses, with a cost of switching).
 * The record is kept as the difference to the cheapest, so that where all rules agree the memory
 * comes to rest.
 */
final class Experts {
    /** The rule that every record begins with. */
    static final String FORECAST = "forecast";

    private static final String LEVEL = "level ";
    private static final List<Double> TARGETS = List.of(0.8, 1.0, 1.2);

    /** The window of Kubernetes' scale-down stabilization. */
    private static final Duration LEVEL_HOLD = Duration.ofMinutes(5);

    /** Older costs count half, and half again. */
    private static final Duration HALF_LIFE = Duration.ofMinutes(10);

    /** Clearly cheaper: by this share of what the demand alone costs. */
    private static final double MARGIN = 0.02;

    private static final double ROUNDING = 1e3;

    private Experts() {}

    /**
     * What all rules are shown of the present.
     *
     * @param since the moment that the records were last brought up to date; null before the first
     * @param demand in replicas, as it is now
     * @param price of a replica's worth of work that waits, in replicas
     * @param hold of the forecast before it shrinks
     * @param forecast the count that the forecast wants of a fleet with replicas READY in so many
     *     seconds
     */
    record Present(
            Instant now,
            @Nullable Instant since,
            double demand,
            double price,
            Duration leadTime,
            Duration hold,
            int least,
            int most,
            ToIntFunction<List<Duration>> forecast) {}

    /** All rules with the present fleet, the forecast first: it is followed until it costs more. */
    static List<Expert> first(int wanted) {
        var experts = new ArrayList<Expert>();
        experts.add(new Expert(FORECAST, wanted, List.of(), List.of(), 0));
        for (double target : TARGETS) {
            experts.add(new Expert(LEVEL + target, wanted, List.of(), List.of(), 0));
        }
        return experts;
    }

    /** The records brought up to the present; the first is the one to follow. */
    static List<Expert> next(List<Expert> past, Present p) {
        var experts = new ArrayList<Expert>();
        for (Expert e : past) {
            experts.add(decided(charged(e, p), p));
        }
        double least = experts.stream().mapToDouble(Expert::cost).min().orElseThrow();
        experts.replaceAll(e -> with(e, round(e.cost() - least)));
        double lifetime = HALF_LIFE.toNanos() / 1e9 / StrictMath.log(2);
        var leader = experts.getFirst();
        if (leader.cost() > MARGIN * Math.max(1, p.demand()) * lifetime) {
            var best = experts.stream().min(Comparator.comparingDouble(Expert::cost)).orElseThrow();
            experts.remove(best);
            experts.addFirst(best);
        }
        return experts;
    }

    private static double round(double cost) {
        return StrictMath.rint(cost * ROUNDING) / ROUNDING;
    }

    private static Expert with(Expert e, double cost) {
        return new Expert(e.rule(), e.wanted(), e.starting(), e.needs(), cost);
    }

    /** Replica seconds of the time since the last look, at the demand that is there now. */
    private static Expert charged(Expert e, Present p) {
        if (p.since() == null) {
            return e;
        }
        double seconds = Duration.between(p.since(), p.now()).toNanos() / 1e9;
        int starting = 0;
        for (Need start : e.starting()) {
            starting += start.at().isAfter(p.now()) ? start.replicas() : 0;
        }
        double waits = Math.max(0, p.demand() - (e.wanted() - starting));
        double kept = StrictMath.pow(0.5, seconds * 1e9 / HALF_LIFE.toNanos());
        return with(e, e.cost() * kept + seconds * (e.wanted() + p.price() * waits));
    }

    private static Expert decided(Expert e, Present p) {
        boolean isForecast = e.rule().equals(FORECAST);
        int need =
                isForecast
                        ? p.forecast().applyAsInt(readyIn(e, p.now()))
                        : (int) StrictMath.ceil(p.demand() / target(e) - 1e-9);
        need = Math.max(p.least(), Math.min(p.most(), need));
        var needs = new ArrayList<>(e.needs());
        int held = Held.most(needs, p.now(), need, e.wanted(), isForecast ? p.hold() : LEVEL_HOLD);
        int wanted = need > e.wanted() ? need : Math.min(e.wanted(), held);
        return new Expert(e.rule(), wanted, starting(e, p, wanted), needs, e.cost());
    }

    private static double target(Expert e) {
        return Double.parseDouble(e.rule().substring(LEVEL.length()));
    }

    /** Ascending. */
    private static List<Duration> readyIn(Expert e, Instant now) {
        var ready = new ArrayList<Duration>();
        for (Need start : e.starting()) {
            for (int k = 0; k < start.replicas() && start.at().isAfter(now); k++) {
                ready.add(Duration.between(now, start.at()));
            }
        }
        while (ready.size() < e.wanted()) {
            ready.addFirst(Duration.ZERO);
        }
        return ready.subList(0, e.wanted());
    }

    /** Those of before that still start and are still wanted, and those ordered now. */
    private static List<Need> starting(Expert e, Present p, int wanted) {
        var starting = new ArrayList<>(e.starting());
        starting.removeIf(start -> !start.at().isAfter(p.now()));
        if (wanted > e.wanted()) {
            starting.add(new Need(p.now().plus(p.leadTime()), wanted - e.wanted()));
        }
        // The newest orders are withdrawn first.
        for (int surplus = e.wanted() - wanted; surplus > 0 && !starting.isEmpty(); ) {
            var last = starting.removeLast();
            if (last.replicas() > surplus) {
                starting.add(new Need(last.at(), last.replicas() - surplus));
            }
            surplus -= last.replicas();
        }
        return starting;
    }
}
