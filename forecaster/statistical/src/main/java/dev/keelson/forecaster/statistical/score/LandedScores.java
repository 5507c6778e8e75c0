package dev.keelson.forecaster.statistical.score;

import dev.keelson.core.demand.ForecastError;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** How forecasts turned out, over the newest outcomes. Mutable, one writer. */
public final class LandedScores {
    private record Landed(double outcome, double median, boolean in80, boolean in95) {}

    private final int most;
    private final ArrayDeque<Landed> landed = new ArrayDeque<>();

    /**
     * @param most outcomes kept
     */
    public LandedScores(int most) {
        this.most = most;
    }

    /**
     * An outcome lands.
     *
     * @param median of what was forecast
     * @param low80 lower end of the 80 % band, and so on; the ends belong to it
     */
    public void add(
            double outcome,
            double median,
            double low80,
            double high80,
            double low95,
            double high95) {
        landed.addLast(
                new Landed(
                        outcome,
                        median,
                        low80 <= outcome && outcome <= high80,
                        low95 <= outcome && outcome <= high95));
        if (landed.size() > most) {
            landed.removeFirst();
        }
    }

    /** Null while nothing has landed. */
    public @Nullable ForecastError error() {
        if (landed.isEmpty()) {
            return null;
        }
        double absolute = 0;
        double signed = 0;
        double total = 0;
        int in80 = 0;
        int in95 = 0;
        for (Landed l : landed) {
            absolute += Math.abs(l.outcome() - l.median());
            signed += l.median() - l.outcome();
            total += Math.abs(l.outcome());
            in80 += l.in80() ? 1 : 0;
            in95 += l.in95() ? 1 : 0;
        }
        double scale = Math.max(1e-9, total);
        int n = landed.size();
        return new ForecastError(
                n, absolute / scale, signed / scale, in80 / (double) n, in95 / (double) n);
    }
}
