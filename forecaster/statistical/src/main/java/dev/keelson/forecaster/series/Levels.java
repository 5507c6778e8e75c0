package dev.keelson.forecaster.series;

import java.util.Arrays;

/** Quantile levels, strictly ascending within (0, 1). Immutable. */
public final class Levels {
    /** 2.5 % to 97.5 %: the 80 % and the 95 % band, the median, and what the tables ask for. */
    public static final Levels STANDARD = of(.025, .1, .2, .3, .4, .5, .6, .7, .8, .9, .975);

    private final double[] values;

    private Levels(double[] values) {
        this.values = values;
    }

    /** These levels. */
    public static Levels of(double... levels) {
        if (levels.length == 0) {
            throw new IllegalArgumentException("There must be at least one quantile level.");
        }
        for (int i = 0; i < levels.length; i++) {
            if (!(levels[i] > 0 && levels[i] < 1)) {
                throw new IllegalArgumentException(
                        "The quantile level (%s) must be in (0, 1).".formatted(levels[i]));
            }
            if (i > 0 && levels[i] <= levels[i - 1]) {
                throw new IllegalArgumentException(
                        "Quantile levels must ascend: %s.".formatted(Arrays.toString(levels)));
            }
        }
        return new Levels(levels.clone());
    }

    /** How many. */
    public int size() {
        return values.length;
    }

    /** The level at a place. */
    public double at(int place) {
        return values[place];
    }

    /** The place of a level, or -1. */
    public int indexOf(double level) {
        for (int i = 0; i < values.length; i++) {
            if (Math.abs(values[i] - level) < 1e-12) {
                return i;
            }
        }
        return -1;
    }

    /** A copy of the levels. */
    public double[] values() {
        return values.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Levels levels && Arrays.equals(values, levels.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
