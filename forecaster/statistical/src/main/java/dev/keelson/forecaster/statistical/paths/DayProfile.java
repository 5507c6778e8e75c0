package dev.keelson.forecaster.statistical.paths;

import java.util.Arrays;

/**
 * How demand goes over a day: the mean of the same slot over the days of a history, seen before.
 * Immutable; a day without history is flat.
 */
public final class DayProfile {
    private static final double DAY_SECONDS = 86_400;

    /** No history: every time of the day is alike. */
    public static final DayProfile FLAT = new DayProfile(new double[] {1});

    private final double[] slots;

    private DayProfile(double[] slots) {
        this.slots = slots;
    }

    /**
     * @param rates one value a slot, whole days, oldest first; the first slot is the first of the
     *     day that later times count from
     * @param slotsPerDay number of slots of a day
     */
    public static DayProfile of(double[] rates, int slotsPerDay) {
        var sums = new double[slotsPerDay];
        var counts = new int[slotsPerDay];
        for (int i = 0; i < rates.length; i++) {
            if (!Double.isNaN(rates[i])) {
                sums[i % slotsPerDay] += rates[i];
                counts[i % slotsPerDay]++;
            }
        }
        double mean = Arrays.stream(rates).filter(r -> !Double.isNaN(r)).average().orElse(0);
        if (!(mean > 0)) {
            return FLAT;
        }
        for (int i = 0; i < slotsPerDay; i++) {
            sums[i] = counts[i] == 0 ? 1 : sums[i] / counts[i] / mean;
        }
        return new DayProfile(sums);
    }

    /**
     * Demand around a time relative to that around another: linear between the middles of slots.
     *
     * @param seconds since the start of a day
     */
    double growth(double seconds, double later) {
        double now = at(seconds);
        return now > 1e-9 ? Math.min(3, at(later) / now) : 1;
    }

    private double at(double seconds) {
        double slot = seconds / DAY_SECONDS * slots.length - 0.5;
        double below = Math.floor(slot);
        int first = Math.floorMod((int) below, slots.length);
        int second = (first + 1) % slots.length;
        return slots[first] + (slot - below) * (slots[second] - slots[first]);
    }
}
